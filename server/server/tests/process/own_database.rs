//! A PostgreSQL of the company's own: the role that owns the database needs no superuser right.

use std::time::Duration;

use cluster::StopMode;
use testkit::cluster::TestDatabase;
use testkit::process::{DataDir, Process};
use testkit::wait;

use crate::RECOBRA;

#[test]
fn a_role_without_superuser_right_migrates_and_serves() {
    let database = TestDatabase::empty();
    let name = database.sql("SELECT current_database()");
    let role = format!("owner_{name}");
    database.sql(&format!("CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"));
    database.sql(&format!("ALTER DATABASE {name} OWNER TO {role}"));
    database.sql(&format!("ALTER SCHEMA public OWNER TO {role}"));
    let url = database.url().replace("//recobra@", &format!("//{role}@"));
    assert!(url.contains(&role), "{url}");
    let migrate = std::process::Command::new(RECOBRA)
        .arg("migrate")
        .env("RECOBRA__DATABASE__URL", &url)
        .output()
        .expect("run migrate");
    let said =
        String::from_utf8_lossy(&migrate.stderr).into_owned() + &String::from_utf8_lossy(&migrate.stdout);
    assert!(migrate.status.success(), "{said}");
    let data = DataDir::new("own");
    let mut server = Process::start(RECOBRA, &data, &[("RECOBRA__DATABASE__URL", &url)]);
    server.sign_up();
    server.post("/v1/mandants", &serde_json::json!({ "code": "A", "name": "Grupo" })).expect(201);
    assert_eq!(server.get("/readyz").status, 200);
    assert_eq!(server.get("/v1/sending").expect(200)["quarantined"], false);
    let version = server.get("/version").expect(200);
    let expected = serde_json::json!({ "version": env!("CARGO_PKG_VERSION"), "schema": store::SCHEMA_VERSION, "api": "v1" });
    assert_eq!(version, expected);
    drop(server);
    database
        .sql(&format!("REASSIGN OWNED BY {role} TO CURRENT_USER; DROP OWNED BY {role}; DROP ROLE {role}"));
}

/// A binary that is put back after an update must not touch what the newer one left.
#[test]
fn a_database_that_a_newer_version_migrated_is_left_alone() {
    let database = TestDatabase::migrated();
    database.sql("INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('29991231000001', now())");
    let applied = || database.sql("SELECT version, run_on FROM __diesel_schema_migrations ORDER BY version");
    let before = applied();
    let refused = std::process::Command::new(RECOBRA)
        .arg("migrate")
        .env("RECOBRA__DATABASE__URL", database.url())
        .output()
        .expect("run migrate");
    let said =
        String::from_utf8_lossy(&refused.stderr).into_owned() + &String::from_utf8_lossy(&refused.stdout);
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("schema.newer") && said.contains("29991231000001"), "{said}");
    assert_eq!(applied(), before);
}

/// Instances that are updated together: one migrates, the others wait for it as long as it takes, whatever limits the
/// database sets.
#[test]
fn instances_that_migrate_at_once_wait_for_each_other() {
    let database = TestDatabase::empty();
    let name = database.sql("SELECT current_database()");
    database.sql(&format!(
        "ALTER DATABASE {name} SET lock_timeout = 100; ALTER DATABASE {name} SET statement_timeout = 400"
    ));
    let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = \
        (SELECT oid FROM pg_database WHERE datname = current_database())";
    let url = database.url();
    let hold = format!(
        "SET statement_timeout = 0; SELECT pg_advisory_lock({}), pg_sleep(2)",
        store::locks::MIGRATION
    );
    let reports = std::thread::scope(|scope| {
        scope.spawn(|| database.sql(&hold));
        wait::until("an instance holds the lock", || database.sql(waiting) == "1");
        let migrates = [(); 3].map(|()| {
            let url = url.clone();
            scope.spawn(move || {
                std::process::Command::new(RECOBRA).arg("migrate").env("RECOBRA__DATABASE__URL", url).output()
            })
        });
        migrates.map(|run| run.join().expect("no panic").expect("run migrate"))
    });
    let said = |output: &std::process::Output| {
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
    };
    for report in &reports {
        assert!(report.status.success(), "{}", said(report));
    }
    assert_eq!(reports.iter().filter(|report| said(report).contains("; applied ")).count(), 1);
}

#[test]
fn instances_that_start_at_once_make_one_first_key_and_trust_each_other() {
    let (database, folders) = (TestDatabase::empty(), [DataDir::new("one"), DataDir::new("two")]);
    let url = database.url();
    let mut servers = std::thread::scope(|scope| {
        let starts = folders.each_ref().map(|folder| {
            scope.spawn(|| Process::start(RECOBRA, folder, &[("RECOBRA__DATABASE__URL", &url)]))
        });
        starts.map(|start| start.join().expect("a server"))
    });
    assert_eq!(servers.iter().filter(|server| server.one_time_key().is_some()).count(), 1);
    servers.sort_by_key(|server| server.one_time_key().is_none());
    let [first, other] = &mut servers;
    first.sign_up();
    let user = serde_json::json!({ "login": "ana", "name": "Ana", "language": "es", "roles": ["collector"],
        "all_rights": true, "rights": [], "password": "correcto caballo grapa" });
    first.post("/v1/users", &user).expect(201);
    let credentials = serde_json::json!({ "login": "ana", "password": "correcto caballo grapa" });
    let signed_in = first.call("POST", "/v1/sign-in").anonymous().json(&credentials).send().expect(200);
    let token = signed_in["access_token"].as_str().expect("a token");
    assert_eq!(other.call("GET", "/v1/me").bearer(token).send().expect(200)["name"], "Ana");
}

#[test]
fn readiness_goes_with_the_database_and_comes_back_with_it() {
    let (data, folder) = (DataDir::new("ready"), DataDir::new("readydb"));
    let database = testkit::cluster::start(folder.path());
    database.create_database("recobra").expect("create a database");
    let url = database.url("recobra");
    let server = Process::start(RECOBRA, &data, &[("RECOBRA__DATABASE__URL", &url)]);
    assert_eq!(server.get("/readyz").expect(200)["status"], "ready");
    database.stop(StopMode::Immediate, Duration::from_mins(1)).expect("stop the database");
    drop(database);
    let gone = wait::until_some("the server is not ready", || {
        let reply = server.get("/readyz");
        (reply.status != 200).then_some(reply)
    });
    let told = gone.expect(503);
    assert_eq!((&told["status"], &told["code"]), (&"not ready".into(), &"database.unavailable".into()));
    assert_eq!(server.get("/healthz").status, 200, "it lives and waits");
    let database = testkit::cluster::start(folder.path());
    wait::until("the server is ready again", || server.get("/readyz").status == 200);
    assert!(server.stop().0.success());
    database.stop(StopMode::Fast, Duration::from_mins(1)).expect("stop the database");
}
