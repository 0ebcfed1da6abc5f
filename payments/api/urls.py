from django.urls import URLPattern, URLResolver, path

from payments.api.views import (
    CardViewSet,
    HistoryViewSet,
    PaymentStateViewSet,
    ReceiptView,
    SharedWebhookView,
    WebhookView,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("payments/history", HistoryViewSet.as_view({"get": "list"}), name="payment-history"),
    path("payments/<uuid:pk>/status", PaymentStateViewSet.as_view({"get": "retrieve"}), name="payment-status"),
    path("payments/cards", CardViewSet.as_view({"get": "list"}), name="payment-cards"),
    path("payments/cards/<uuid:pk>", CardViewSet.as_view({"delete": "destroy"}), name="payment-card"),
    path("payments/<uuid:pk>/receipt", ReceiptView.as_view(), name="payment-receipt"),
    path("payments/webhook", SharedWebhookView.as_view(), name="payment-webhook-shared"),
    path("payments/webhook/<slug:gateway>", WebhookView.as_view(), name="payment-webhook"),
]
