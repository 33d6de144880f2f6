//! A process that owns a cluster until it is killed: `cluster_owner start <data> <socket>` prints the pid of the
//! postmaster; `cluster_owner drop <user>` gives up root and says who it became.
fn main() {}
