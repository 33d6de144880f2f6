//! A file system that fills up under the private cluster.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use testkit::process::{DataDir, Process};
use testkit::wait;

use crate::private_cluster::{create, new};

/// A small file system of its own, for filling.
pub(crate) struct SmallDisk(PathBuf);

impl SmallDisk {
    /// None where this process may not mount, as in most containers: only a real file system can be full.
    pub(crate) fn mount(at: &Path, megabytes: u32) -> Option<Self> {
        let size = format!("size={megabytes}m,mode=0777");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at).status();
        mounted.is_ok_and(|status| status.success()).then(|| Self(at.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        wait::until("the small disk is unmounted", || {
            Command::new("umount").arg(&self.0).status().is_ok_and(|status| status.success())
        });
        std::fs::remove_dir(&self.0).expect("remove the empty folder");
    }
}

/// Fills a file system and gives the space back when dropped.
pub(crate) struct Filling(PathBuf);

impl Filling {
    pub(crate) fn leaving(folder: &Path, megabytes: u64) -> Self {
        let path = folder.join("filling");
        let mut file = std::fs::File::create(&path).expect("a file");
        let block = vec![1_u8; 64 * 1024];
        while file.write_all(&block).is_ok() {}
        drop(file.write_all(&[1; 4096]));
        let size = file.metadata().expect("its size").len();
        file.set_len(size - megabytes * 1024 * 1024).expect("some room");
        Self(path)
    }
}

impl Drop for Filling {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).expect("free the space");
    }
}

fn codes(server: &Process) -> Vec<String> {
    let mut all = Vec::new();
    let mut path = "/v1/mandants?sort=code&limit=200".to_owned();
    loop {
        let page = server.get(&path).expect(200);
        let rows = page["items"].as_array().expect("items").iter();
        all.extend(rows.map(|row| row["code"].as_str().expect("a code").to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { return all };
        path = format!("/v1/mandants?sort=code&limit=200&cursor={cursor}");
    }
}

#[test]
fn a_full_disk_refuses_by_code_and_loses_nothing() {
    let data = DataDir::new("g");
    let Some(disk) = SmallDisk::mount(data.path(), 400) else {
        eprintln!("skipped: no small file system can be mounted here");
        return;
    };
    let server = new(&data);
    create(&server, "BEFORE");
    let filling = Filling::leaving(data.path(), 0);
    let mut acknowledged = vec!["BEFORE".to_owned()];
    let refused = wait::until_some("a refusal for want of space", || {
        let code = format!("F{}", acknowledged.len());
        // Long names, so that new pages are soon needed.
        let reply = server.post("/v1/mandants", &json!({ "code": code, "name": "x".repeat(400) }));
        if reply.status == 201 {
            acknowledged.push(code);
            return None;
        }
        Some(reply)
    });
    assert_eq!(refused.status, 503, "{}", refused.text());
    // PostgreSQL refuses a table's new page, but stops itself when its log cannot grow.
    let codes_of_a_full_disk = ["database.full", "database.unavailable"];
    assert!(codes_of_a_full_disk.contains(&refused.code().as_str()), "{}", refused.text());
    drop(filling);
    wait::until("the server is ready again", || server.get("/readyz").status == 200);
    create(&server, "Z-AFTER");
    acknowledged.push("Z-AFTER".to_owned());
    acknowledged.sort();
    let mut kept = codes(&server);
    kept.sort();
    assert_eq!(kept, acknowledged);
    drop(server.stop());
    drop(data);
    drop(disk);
}
