"""What the admin site shows of people and organisations: never a password, a hash or a key."""

from django.contrib.admin import register

from accounts.models import ApiToken, Invitation, Organisation, User
from filiere.admin import ReadOnlyAdmin, site


@register(User, site=site)
class UserAdmin(ReadOnlyAdmin):
    list_display = ["searchable", "email", "is_active", "is_staff", "is_delegate", "last_login", "date_joined"]
    list_filter = ["is_active", "is_staff", "is_delegate"]
    search_fields = ["searchable"]
    fields = [
        "id",
        "email",
        "given_name",
        "family_name",
        "is_active",
        "is_staff",
        "is_delegate",
        "date_joined",
        "last_login",
        "anonymised_at",
        "changed_at",
    ]


@register(ApiToken, site=site)
class ApiTokenAdmin(ReadOnlyAdmin):
    list_display = ["name", "person", "scope", "prefix", "created_at", "expires_at", "last_used_at", "revoked_at"]
    list_filter = ["scope"]
    list_select_related = ["person"]
    search_fields = ["name", "person__searchable"]
    fields = ["id", "person", "name", "scope", "prefix", "created_at", "expires_at", "last_used_at", "revoked_at"]


@register(Invitation, site=site)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ["id", "email", "invited_by", "created_at", "sent_at", "expires_at", "revoked_at", "accepted_at"]
    list_select_related = ["invited_by"]
    search_fields = ["searchable", "accepted_by__searchable"]
    fields = [
        "id",
        "email",
        "given_name",
        "family_name",
        "as_administrator",
        "as_delegate",
        "invited_by",
        "created_at",
        "sending",
        "sent_at",
        "expires_at",
        "revoked_at",
        "accepted_at",
        "accepted_by",
    ]


@register(Organisation, site=site)
class OrganisationAdmin(ReadOnlyAdmin):
    list_display = ["name", "acronym", "kind", "college", "region", "merged_into"]
    list_filter = ["college", "kind"]
    list_select_related = ["merged_into"]
    search_fields = ["aliases__folded"]
    fields = ["id", "name", "acronym", "kind", "college", "region", "merged_into", "changed_at"]
