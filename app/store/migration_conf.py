"""Piccolo's configuration while migrating: a plain engine for the schema's owner."""

from piccolo.conf.apps import AppRegistry

from app.store.engine import QuietEngine

DB = QuietEngine(config={})
APP_REGISTRY = AppRegistry(apps=["tables.piccolo_app"])
