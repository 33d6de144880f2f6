//! The sender against the SMTP double: every way a handover can end.

#[cfg(test)]
mod accepted;
#[cfg(test)]
mod encrypted;
#[cfg(test)]
mod folder;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod reused;
#[cfg(test)]
mod setting;
#[cfg(test)]
mod silent;
