"""Piccolo's configuration: the engine of app/store and the one app of tables."""

from piccolo.conf.apps import AppRegistry

from app.store.engine import engine as DB  # noqa: N812  Piccolo looks for this name

APP_REGISTRY = AppRegistry(apps=["tables.piccolo_app"])
__all__ = ["APP_REGISTRY", "DB"]
