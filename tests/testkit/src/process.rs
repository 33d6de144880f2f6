//! The real program as a process of its own, over its private cluster: to be killed, stopped and started again.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::http::{Call, Reply};
use crate::wait;

/// A folder for the data of one test, removed with it together with the cluster that runs in it.
pub struct DataDir(PathBuf);

impl DataDir {
    /// A new folder below the temporary one; the name is short because sockets have short paths.
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("rcbp{}{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a data folder");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The pid of the postmaster, if one says that it runs here.
    pub fn postmaster(&self) -> Option<i32> {
        let text = std::fs::read_to_string(self.0.join("postgres/pgdata/postmaster.pid")).ok()?;
        let pid = text.lines().next()?.trim().parse().ok()?;
        Path::new(&format!("/proc/{pid}")).exists().then_some(pid)
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        if let Some(pid) = self.postmaster() {
            signal(pid, Signal::SIGQUIT);
            wait::until("the postmaster ends", || !Path::new(&format!("/proc/{pid}")).exists());
        }
        // A mount point cannot be removed before it is unmounted; its owner does both.
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("{} stays behind: {error}", self.0.display());
        }
    }
}

/// Sends a signal to a process of this test.
pub fn signal(pid: i32, signal: Signal) {
    if let Err(error) = kill(Pid::from_raw(pid), signal) {
        eprintln!("{signal} to {pid}: {error}");
    }
}

/// A running `recobra serve`.
pub struct Process {
    child: Child,
    said: Arc<Mutex<Vec<String>>>,
    pub base: String,
    pub grpc_url: String,
    /// The key of an administrator; empty until [`Process::sign_up`] made one.
    pub admin: String,
}

impl Process {
    /// Starts the program on a data folder, with more settings as `RECOBRA__…` variables, and waits until it is ready.
    ///
    /// # Panics
    /// When it does not become ready; with what it said.
    pub fn start(program: &str, data: &DataDir, settings: &[(&str, &str)]) -> Self {
        let mut process = Self::spawn(program, data, settings);
        let found = wait::until_some("the server is ready", || {
            let ended = process.child.try_wait().expect("ask for the process").is_some();
            let rest = process.word_after("REST at ");
            let grpc = process.word_after("gRPC at ");
            assert!(!ended || rest.is_some(), "the server ended:\n{}", process.said());
            rest.zip(grpc)
        });
        (process.base, process.grpc_url) = found;
        process
    }

    /// Starts the program and does not wait.
    pub fn spawn(program: &str, data: &DataDir, settings: &[(&str, &str)]) -> Self {
        let mut command = Command::new(program);
        command
            .arg("serve")
            .env("RECOBRA__DATABASE__DATA_DIR", data.path())
            .env("RECOBRA__SERVER__REST_BIND", "127.0.0.1:0")
            .env("RECOBRA__SERVER__GRPC_BIND", "127.0.0.1:0")
            .env("RECOBRA__DUNNING__SCHEDULE", "false")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|e| panic!("{program}: {e}"));
        let said = Arc::new(Mutex::new(Vec::new()));
        let (lines, sink) = (BufReader::new(child.stderr.take().expect("standard error")), said.clone());
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                sink.lock().expect("the lines").push(line);
            }
        });
        Self { child, said, base: String::new(), grpc_url: String::new(), admin: String::new() }
    }

    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).expect("a pid")
    }

    /// All it said so far on standard error.
    pub fn said(&self) -> String {
        self.said.lock().expect("the lines").join("\n")
    }

    fn word_after(&self, text: &str) -> Option<String> {
        let said = self.said.lock().expect("the lines");
        let rest = said.iter().find_map(|line| line.strip_prefix(text))?;
        rest.split_whitespace().next().map(str::to_owned)
    }

    /// The one-time key it printed, if it did.
    pub fn one_time_key(&self) -> Option<String> {
        let said = self.said.lock().expect("the lines");
        said.iter().map(|line| line.trim()).find(|line| line.starts_with("rcb_")).map(str::to_owned)
    }

    /// Makes an administrator key by the one-time key of a new database.
    pub fn sign_up(&mut self) {
        let once = wait::until_some("the one-time key", || self.one_time_key());
        let body = json!({ "name": "test", "roles": ["administrator"], "all_rights": true, "rights": [] });
        let made = self.call("POST", "/v1/api-keys").bearer(&once).json(&body).send().expect(201);
        self.admin = made["secret"].as_str().expect("a secret").to_owned();
    }

    /// A request as the administrator.
    pub fn call<'c>(&'c self, method: &'c str, path: &str) -> Call<'c> {
        Call::new(&self.base, method, path).bearer(&self.admin)
    }

    pub fn get(&self, path: &str) -> Reply {
        self.call("GET", path).send()
    }

    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.call("POST", path).json(body).send()
    }

    /// Kills it as the kernel would, and waits for its end. The postmaster goes on.
    pub fn kill(mut self) -> String {
        self.child.kill().expect("kill");
        self.child.wait().expect("wait");
        std::mem::take(&mut self.admin)
    }

    /// Asks it to stop and waits for its end.
    pub fn stop(mut self) -> (std::process::ExitStatus, String) {
        signal(self.pid(), Signal::SIGTERM);
        (self.wait(), std::mem::take(&mut self.admin))
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> std::process::ExitStatus {
        wait::until_some("the server ends", || self.child.try_wait().expect("ask for the process"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.child.try_wait().ok().flatten().is_none() {
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }
}
