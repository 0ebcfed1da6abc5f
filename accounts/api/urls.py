from django.urls import URLPattern, path

from accounts.api import views

urlpatterns: list[URLPattern] = [
    path("auth/me", views.MeView.as_view(), name="me"),
    path("auth/register", views.RegisterView.as_view(), name="register"),
    path("auth/login", views.LoginView.as_view(), name="login"),
    path("auth/telegram", views.TelegramView.as_view(), name="telegram-sign-in"),
    path("auth/send-otp", views.SendOtpView.as_view(), name="send-otp"),
    path("auth/verify-otp", views.VerifyOtpView.as_view(), name="verify-otp"),
    path("auth/refresh", views.RefreshView.as_view(), name="refresh"),
    # What one of the seeds calls it.
    path("auth/refresh-token", views.RefreshView.as_view(), name="refresh-token"),
    path("auth/logout", views.LogoutView.as_view(), name="logout"),
    path("auth/password/forgot", views.ForgotPasswordView.as_view(), name="forgot-password"),
    path("auth/password/reset", views.ResetPasswordView.as_view(), name="reset-password"),
    path("auth/password/change", views.ChangePasswordView.as_view(), name="change-password"),
    path("auth/sessions", views.SessionViewSet.as_view({"get": "list", "delete": "end_others"}), name="sessions"),
    path("auth/sessions/<uuid:pk>", views.SessionViewSet.as_view({"delete": "destroy"}), name="session"),
    path("users/avatar", views.AvatarView.as_view(), name="avatar"),
    path("users/export", views.ExportView.as_view(), name="export"),
    path("users/profile", views.ProfileView.as_view(), name="profile"),
    path("users/addresses", views.AddressViewSet.as_view({"get": "list", "post": "create"}), name="addresses"),
    path(
        "users/addresses/<uuid:pk>",
        views.AddressViewSet.as_view(
            {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
        ),
        name="address",
    ),
    path(
        "users/addresses/<uuid:pk>/set-default",
        views.AddressViewSet.as_view({"patch": "set_default"}),
        name="default-address",
    ),
]
