//! Files of an ERP turned into rows: mapping profiles, number and date formats.
