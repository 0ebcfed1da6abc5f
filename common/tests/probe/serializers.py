from typing import ClassVar

from rest_framework import serializers

from common.api import fields
from common.api.serializers import StrictModelSerializer, StrictSerializer
from common.tests.probe.models import Person


class PersonSerializer(StrictModelSerializer):
    first_name = fields.PersonNameField(required=False)

    class Meta:
        model = Person
        fields: ClassVar = ["id", "email", "first_name", "last_name", "telegram_id", "is_staff", "created_at"]
        read_only_fields: ClassVar = ["is_staff", "created_at"]


class TimeSlotSerializer(StrictSerializer):
    start_time = fields.InstantField()
    end_time = fields.InstantField()


class EchoSerializer(StrictSerializer):
    """One field of every kind; none is required, so that a test sends only what it is about."""

    title = fields.TextField(required=False, max_length=200)
    notes = fields.MultilineTextField(required=False)
    full_name = fields.PersonNameField(required=False)
    address_line1 = fields.TextField(required=False)
    phone_number = serializers.RegexField(r"\A\+[1-9][0-9]{7,14}\Z", required=False, max_length=16)
    email = serializers.EmailField(required=False, max_length=254)
    promo_code = serializers.SlugField(required=False, max_length=32)
    quantity = fields.BoundedIntegerField(required=False, min_value=0, max_value=1_000)
    number = fields.BoundedIntegerField(required=False)
    ratio = serializers.FloatField(required=False)
    amount = fields.MoneyField(required=False, currency="INR")
    currency = fields.CurrencyField(required=False)
    start_time = fields.InstantField(required=False)
    day = fields.DateField(required=False)
    opens_at = fields.TimeOfDayField(required=False)
    timezone = fields.ZoneField(required=False)
    reference_id = fields.IdField(required=False)
    person_id = fields.VisibleRelatedField(required=False, queryset=Person.objects.all())
    time_slots = TimeSlotSerializer(required=False, many=True)
    tags = serializers.ListField(child=fields.TextField(max_length=40), required=False, max_length=20)
    metadata = fields.FreeFormField(required=False)
    created_by = fields.TextField(read_only=True)


class UploadSerializer(StrictSerializer):
    caption = fields.TextField(required=False)
    file = serializers.FileField()
