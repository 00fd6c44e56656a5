"""What several promoted modules share."""
