"""One's points, and whether a promo code is good."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.callers import caller_of
from accounts.models import User
from common.api.idempotency import idempotent
from common.api.rate_scopes import PAYMENTS
from common.api.views import ApiView
from common.api.viewsets import ListMixin, ResourceViewSet
from common.money import Money
from common.platform import platform_settings
from common.rules import anyone, signed_in
from loyalty.api.misses import counting_misses
from loyalty.api.serializers import (
    EntrySerializer,
    PointsSerializer,
    PromoAnswerSerializer,
    PromoInput,
    RedeemedSerializer,
    RedeemInput,
)
from loyalty.enums import Reward
from loyalty.errors import PromoRefused, PromoUnknown
from loyalty.models import LoyaltyEntry
from loyalty.selectors import checked_on_amount, summary_of
from loyalty.services import redeem_for_booking, redeem_for_credit

APPLIED = "Promo code applied successfully"
APPLIED_TO_SOME = "This code takes off as much of the services it is for"


class PointsView(ApiView):
    rules: ClassVar = {"get": signed_in}

    @extend_schema(summary="My points and my tier", responses=PointsSerializer)
    def get(self, request: Request) -> Response:
        return Response(PointsSerializer(summary_of(caller_of(request))).data)


class HistoryViewSet(ListMixin, ResourceViewSet):
    model = LoyaltyEntry
    serializer_class = EntrySerializer
    list_name = "entries"
    rules: ClassVar = {"list": signed_in}

    def get_queryset(self) -> Any:
        return super().get_queryset().order_by("-number")


class RedeemView(ApiView):
    rules: ClassVar = {"post": signed_in}
    rate_scopes: ClassVar = {"post": (PAYMENTS,)}

    @extend_schema(
        summary="Turn points into a discount or credit", request=RedeemInput, responses={200: RedeemedSerializer}
    )
    @idempotent(required=False)
    def post(self, request: Request) -> Response:
        serializer = RedeemInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked = serializer.validated_data
        if asked["reward_type"] == Reward.SERVICE_CREDIT:
            entry = redeem_for_credit(caller_of(request), asked["points"])
        else:
            entry = redeem_for_booking(caller_of(request), asked["points"], booking_id=asked["booking_id"])
        return Response(RedeemedSerializer(entry).data)


class PromoView(ApiView):
    """Tells what a code would take off; the price of an order is decided when it is made."""

    rules: ClassVar = {"post": anyone}

    @extend_schema(summary="Is this code good?", request=PromoInput, responses={200: PromoAnswerSerializer})
    def post(self, request: Request) -> Response:
        currency = platform_settings().default_currency
        serializer = PromoInput(data=request.data, context={"currency": currency})
        serializer.is_valid(raise_exception=True)
        asked = serializer.validated_data
        try:
            with counting_misses(request):
                promo, discount = checked_on_amount(asked["code"], asked["amount"], _person(request))
        except (PromoUnknown, PromoRefused) as refusal:
            return _answer(asked["code"], Money.zero(currency), refusal.message, is_valid=False)
        message = APPLIED_TO_SOME if promo.terms.is_scoped else APPLIED
        return _answer(promo.code, discount, message, is_valid=True)


def _person(request: Request) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _answer(code: str, discount: Money, message: str, *, is_valid: bool) -> Response:
    answer = {"code": code, "discount": discount, "valid": is_valid, "message": message}
    return Response(PromoAnswerSerializer(answer).data)
