//! One private cluster per test process, and a template database that is migrated once.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use ::cluster::{Cluster, ClusterOptions, Durability, find_binaries, resolve_user};

const TEMPLATE: &str = "template_recobra";

struct Shared {
    cluster: Cluster,
}

static SHARED: OnceLock<Shared> = OnceLock::new();
static NEXT: AtomicU32 = AtomicU32::new(1);

/// A database of one test; dropped with it.
pub struct TestDatabase {
    name: String,
}

impl TestDatabase {
    /// A clone of the migrated and seeded template.
    pub fn migrated() -> Self {
        let database = Self::fresh_name();
        shared().cluster.create_database_from_template(&database.name, TEMPLATE).expect("clone the template");
        database
    }

    /// An empty database.
    pub fn empty() -> Self {
        let database = Self::fresh_name();
        shared().cluster.create_database(&database.name).expect("create a database");
        database
    }

    fn fresh_name() -> Self {
        Self { name: format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)) }
    }

    pub fn url(&self) -> String {
        shared().cluster.url(&self.name)
    }

    /// Runs SQL as the owner and returns the unaligned output.
    pub fn sql(&self, sql: &str) -> String {
        shared().cluster.sql(&self.name, sql).unwrap_or_else(|e| panic!("{sql}: {e}")).trim().to_owned()
    }

    /// Takes the database away: every connection ends, and none can be made.
    pub fn cut(&self) {
        let name = &self.name;
        let end = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        for sql in [format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"), end] {
            shared().cluster.sql("postgres", &sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
        }
    }

    /// Gives it back.
    pub fn mend(&self) {
        let sql = format!("ALTER DATABASE {} ALLOW_CONNECTIONS true", self.name);
        shared().cluster.sql("postgres", &sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let dropped =
            shared().cluster.sql("postgres", &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        if let Err(error) = dropped {
            eprintln!("the test database {} stays behind: {error}", self.name);
        }
    }
}

/// A folder of this test process, removed after it.
pub fn scratch() -> PathBuf {
    std::env::temp_dir().join(format!("rcbt{}", std::process::id()))
}

fn shared() -> &'static Shared {
    SHARED.get_or_init(|| {
        let root = scratch();
        let cluster = start(&root);
        sweep_after_us(&root, cluster.postmaster_pid());
        cluster.create_database(TEMPLATE).expect("create the template");
        crate::app::migrate(&cluster.url(TEMPLATE));
        Shared { cluster }
    })
}

/// A cluster for tests in `root`: fast, not durable.
pub fn start(root: &Path) -> Cluster {
    Cluster::start(options(root, Durability::Fast)).expect("start a PostgreSQL cluster")
}

/// Options of a cluster in `root`, run by an unprivileged user when we are root.
pub fn options(root: &Path, durability: Durability) -> ClusterOptions {
    let binaries = find_binaries(None).expect("PostgreSQL server binaries, 15 or newer");
    let mut options = ClusterOptions::new(root.join("data"), root.join("s"), binaries);
    options.durability = durability;
    options.max_connections = 200;
    if nix::unistd::geteuid().is_root() {
        options.run_as = Some(resolve_user(&["postgres", "nobody"]).expect("an unprivileged user"));
    }
    options
}

/// A static is never dropped, so a small shell waits for the end of this process, however it comes, and cleans up.
#[expect(clippy::zombie_processes, reason = "it outlives us on purpose")]
fn sweep_after_us(root: &Path, postmaster: i32) {
    let us = std::process::id();
    let script = format!(
        "while kill -0 {us} 2>/dev/null; do sleep 0.3; done; kill -QUIT {postmaster} 2>/dev/null; sleep 1; rm -rf '{}'",
        root.display()
    );
    Command::new("sh")
        .args(["-c", &script])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("start the sweeper");
}
