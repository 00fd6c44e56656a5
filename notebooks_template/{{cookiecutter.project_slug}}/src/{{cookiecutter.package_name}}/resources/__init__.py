"""Resources of this project's own, beside those that the platform has; `config/*.yaml` names them by `type:`."""
