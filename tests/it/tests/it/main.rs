//! Behaviour through the real doors: REST and gRPC on loopback, a real PostgreSQL, a real SMTP server.

mod access;
mod doors;
mod messages;
mod organisation;
mod push;
mod push_faults;
mod seed;
