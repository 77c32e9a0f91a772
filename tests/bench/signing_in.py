"""The administrator who asks for everything that is measured: their session, and nothing else."""

from django.test import Client

from accounts.models import User


def headers() -> dict[str, str]:
    visitor = Client(headers={"host": "localhost"})
    visitor.force_login(User.objects.get(email="bench-0@demo.example"))
    return {"Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in visitor.cookies.items())}
