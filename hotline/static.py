"""Static files: hashed names, so that a browser may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Also rewrites the imports inside ES modules, so that each names a hashed file."""

    support_js_module_import_aggregation = True
