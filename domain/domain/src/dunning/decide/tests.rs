mod amounts;
mod holds;
mod schedule;
