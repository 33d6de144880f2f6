//! Behaviour through the real doors: REST and gRPC on loopback, a real PostgreSQL, a real SMTP server.

mod access;
mod ageing;
mod allocation;
mod as_of;
mod customers;
mod doors;
mod dunning;
mod histories;
mod ibm;
mod messages;
mod messages_smtp;
mod organisation;
mod platform;
mod push;
mod push_faults;
mod push_parked;
mod reads;
mod real_input;
mod reference;
mod rights;
mod search;
mod seed;
mod statement;
