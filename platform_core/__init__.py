"""What notebooks and promoted modules share: resources, the lake, checks, decorators. A production image needs no more."""
