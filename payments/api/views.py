"""One's payments, and the door that gateways knock at."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.envelope import Message
from common.api.views import ApiView
from common.api.viewsets import DestroyMixin, ListMixin, ResourceViewSet
from common.errors import NotFound, ValidationFailed
from common.rules import anyone, signed_in
from payments.api.serializers import PaymentStateSerializer, PaymentWithRefundsSerializer, SavedCardSerializer
from payments.gateways.base import ForgedWebhook
from payments.gateways.registry import UnknownGateway
from payments.models import Payment, SavedCard
from payments.selectors import history, receipted_for
from payments.services.cards import forget_card
from payments.services.receipts import MIME_TYPE, receipt_of
from payments.services.webhooks import receive_webhook

# By which header a webhook says where it comes from, for the address that all gateways share.
SIGNED_BY = {
    "stripe-signature": "stripe",
    "x-razorpay-signature": "razorpay",
    "sandbox-signature": "sandbox",
}


@extend_schema_view(list=extend_schema(operation_id="payment_history", summary="My payments and refunds"))
class HistoryViewSet(ListMixin, ResourceViewSet):
    model = Payment
    serializer_class = PaymentWithRefundsSerializer
    list_name = "payments"
    rules: ClassVar = {"list": signed_in}

    def get_queryset(self) -> QuerySet[Payment]:
        return history(super().get_queryset())


class PaymentStateViewSet(ResourceViewSet):
    model = Payment
    serializer_class = PaymentStateSerializer
    rules: ClassVar = {"retrieve": signed_in}

    @extend_schema(operation_id="payment_status", summary="How far a payment has come")
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self.shown(self.get_object()))


@extend_schema_view(
    list=extend_schema(operation_id="payment_cards", summary="My saved cards"),
    destroy=extend_schema(operation_id="payment_card_forget", summary="Forget a saved card", responses={200: Message}),
)
class CardViewSet(ListMixin, DestroyMixin, ResourceViewSet):
    """The newest is charged when the rest of a price is due. What is held already stays held."""

    model = SavedCard
    serializer_class = SavedCardSerializer
    list_name = "cards"
    rules: ClassVar = {"list": signed_in, "destroy": signed_in}

    def get_queryset(self) -> QuerySet[SavedCard]:
        return super().get_queryset().order_by("-id")

    def perform_destroy(self, instance: SavedCard) -> str:
        forget_card(instance)
        return "The card is forgotten."


class ReceiptView(ApiView):
    """Answers application/pdf, whatever was asked for; errors are JSON as everywhere."""

    rules: ClassVar = {"get": signed_in}

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        operation_id="payment_receipt",
        summary="The receipt of a payment",
        description="A file of all that was bought, paid and given back. 404 as long as nothing was paid by it.",
        responses={(200, MIME_TYPE): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        payment = receipted_for(request.user).filter(pk=pk).first()
        if payment is None:
            raise NotFound
        name, file = receipt_of(payment)
        return HttpResponse(
            file,
            content_type=MIME_TYPE,
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": self.cache_control,
                "X-Content-Type-Options": "nosniff",
            },
        )


class WebhookView(ApiView):
    """Answers as soon as the event is kept; what it tells is worked on a moment later.

    What is not signed as it should be is answered 400, whatever is wrong with it.
    """

    rules: ClassVar = {"post": anyone}
    # A gateway has no token, sends all its events from one address, and is never to be turned away. A forged one costs
    # its check and nothing else.
    authentication_classes = ()
    throttle_classes = ()

    @extend_schema(
        operation_id="payment_webhook",
        summary="Take an event of a gateway",
        request=None,
        responses={200: Message},
        auth=[],
    )
    def post(self, request: Request, gateway: str) -> Response:
        return _received(request, gateway)


class SharedWebhookView(ApiView):
    """For gateways that were told of one address only: told apart by the header that signs."""

    rules: ClassVar = {"post": anyone}
    authentication_classes = ()
    throttle_classes = ()

    @extend_schema(
        operation_id="payment_webhook_of_any",
        summary="Take an event of any gateway",
        request=None,
        responses={200: Message},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        named = {gateway for header, gateway in SIGNED_BY.items() if header in request.headers}
        if len(named) != 1:
            raise _not_signed()
        return _received(request, named.pop())


def _received(request: Request, gateway: str) -> Response:
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        receive_webhook(gateway, request._request.body, headers)  # noqa: SLF001 - the very bytes that were signed
    except UnknownGateway:
        raise NotFound from None
    except ForgedWebhook:
        raise _not_signed() from None
    return Response(Message("Received."))


def _not_signed() -> ValidationFailed:
    return ValidationFailed("This is not signed by a gateway.")
