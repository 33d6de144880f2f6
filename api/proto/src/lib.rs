//! The generated gRPC contracts: `proto/recobra/v1` compiled by `build.rs`.

/// Package `recobra.v1`.
pub mod v1 {
    tonic::include_proto!("recobra.v1");
}

/// The compiled descriptors, for server reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
