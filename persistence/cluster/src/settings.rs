//! Our settings of PostgreSQL, and the memory they are derived from.

use std::{fmt::Write, fs};

use nix::sys::statvfs::statvfs;

use crate::{ClusterOptions, Durability};

const MIB: u64 = 1024 * 1024;
const SHARED_BUFFERS_MIB_MIN: u64 = 128;
const SHARED_BUFFERS_MIB_MAX: u64 = 8 * 1024;
/// Containers often have 64 MiB of `/dev/shm`, on which parallel queries then fail.
const SHM_MIB_MIN: u64 = 512;

/// The text of the included configuration file. Later lines win, so the caller's settings stand last.
pub(crate) fn render(options: &ClusterOptions) -> String {
    let memory_mib = memory_bytes().unwrap_or(0) / MIB;
    let mut text = String::from("# Written by Recobra at every start; edit its configuration instead.\n");
    let mut set = |name: &str, value: &str| {
        let quoted = value.replace('\\', "\\\\").replace('\'', "''");
        // Writing into a String cannot fail.
        _ = writeln!(text, "{name} = '{quoted}'");
    };
    set("shared_buffers", &format!("{}MB", shared_buffers_mib(options, memory_mib)));
    set("effective_cache_size", &format!("{}MB", (memory_mib / 2).max(2 * SHARED_BUFFERS_MIB_MIN)));
    set("max_connections", &options.max_connections.to_string());
    // Short statements over many partitions: compiling them costs more than it saves.
    set("jit", "off");
    set("random_page_cost", "1.1");
    set("wal_compression", "on");
    set("max_wal_size", "4GB");
    set("checkpoint_timeout", "15min");
    set("max_locks_per_transaction", "256");
    // Texts of errors and times must not depend on the machine.
    for name in ["timezone", "log_timezone"] {
        set(name, "UTC");
    }
    set("lc_messages", "C");
    set("log_line_prefix", "%m [%p] %q%u@%d/%a ");
    set("log_checkpoints", "off");
    if small_shared_memory() {
        set("dynamic_shared_memory_type", "mmap");
    }
    if options.durability == Durability::Fast {
        for name in ["fsync", "synchronous_commit", "full_page_writes"] {
            set(name, "off");
        }
    }
    for (name, value) in &options.settings {
        set(name, value);
    }
    text
}

fn shared_buffers_mib(options: &ClusterOptions, memory_mib: u64) -> u64 {
    match (options.shared_buffers_mib, options.durability) {
        (Some(given), _) => u64::from(given),
        (None, Durability::Fast) => SHARED_BUFFERS_MIB_MIN,
        (None, Durability::Durable) => (memory_mib / 4).clamp(SHARED_BUFFERS_MIB_MIN, SHARED_BUFFERS_MIB_MAX),
    }
}

/// The memory of the machine, or of the container if that is limited.
fn memory_bytes() -> Option<u64> {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| total_of(&text));
    let limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    let container =
        limits.iter().filter_map(|path| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok()).min();
    machine.into_iter().chain(container).min()
}

fn total_of(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

fn small_shared_memory() -> bool {
    statvfs("/dev/shm").is_ok_and(|shm| shm.blocks().saturating_mul(shm.fragment_size()) < SHM_MIB_MIN * MIB)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Binaries;

    #[test]
    fn memory_is_read_in_bytes() {
        assert_eq!(total_of("MemTotal:       24685088 kB\nMemFree: 1 kB\n"), Some(24_685_088 * 1024));
        assert_eq!(total_of("nothing"), None);
    }

    fn options() -> ClusterOptions {
        let binaries: Binaries = crate::find_binaries(None).unwrap();
        ClusterOptions::new("/nowhere", "/nowhere", binaries)
    }

    #[test]
    fn shared_buffers_are_a_quarter_of_memory_within_bounds() {
        assert_eq!(shared_buffers_mib(&options(), 4096), 1024);
        assert_eq!(shared_buffers_mib(&options(), 256), 128);
        assert_eq!(shared_buffers_mib(&options(), 1024 * 1024), 8192);
        let given = ClusterOptions { shared_buffers_mib: Some(16), ..options() };
        assert_eq!(shared_buffers_mib(&given, 4096), 16);
    }

    #[test]
    fn settings_of_the_caller_win_and_are_quoted() {
        let text = render(&options().setting("jit", "on").setting("application_name", "it's \\"));
        assert!(text.rfind("jit = 'on'") > text.find("jit = 'off'"), "{text}");
        assert!(text.contains(r"application_name = 'it''s \\'"), "{text}");
    }

    #[test]
    fn only_a_fast_cluster_gives_up_fsync() {
        assert!(!render(&options()).contains("fsync"));
        let fast = ClusterOptions { durability: Durability::Fast, ..options() };
        assert!(render(&fast).contains("fsync = 'off'"));
    }
}
