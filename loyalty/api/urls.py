from django.urls import URLPattern, path

from loyalty.api.views import HistoryViewSet, PointsView, PromoView, RedeemView

urlpatterns: list[URLPattern] = [
    path("loyalty/points", PointsView.as_view(), name="points"),
    path("loyalty/redeem", RedeemView.as_view(), name="redeem"),
    path("loyalty/history", HistoryViewSet.as_view({"get": "list"}), name="points-history"),
    path("promo-codes/validate", PromoView.as_view(), name="validate-promo"),
]
