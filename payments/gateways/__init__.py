"""The doors to the providers that move money. Only this app's services go through them."""
