//! Messages: templates, recipients, and the arbiter that decides when a contact is allowed.
