"""What notebooks and promoted modules share: resources, the lake, checks, decorators. Production needs no more."""
