//! Mail as files.

use std::fs;
use std::path::{Path, PathBuf};

use outbound::mail::{Cause, FolderRelay, Mailer, OutgoingMail, Relay, SendResult, compose};

use crate::setting::{is_accepted, mail};

/// A folder of its own for each test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("mail-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&path));
        Self(path)
    }

    fn mailer(&self) -> Mailer {
        Mailer::try_new(Relay::Folder(FolderRelay { name: "folder".to_owned(), path: self.0.join("out") }))
            .unwrap()
    }

    fn files(&self) -> Vec<PathBuf> {
        fs::read_dir(self.0.join("out")).unwrap().map(|entry| entry.unwrap().path()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

async fn deliver(mailer: &Mailer, mail: &OutgoingMail) -> SendResult {
    mailer.send(&mail.envelope().unwrap(), &compose(mail).unwrap()).await
}

#[tokio::test]
async fn a_mail_becomes_one_file_with_its_bytes_and_nothing_else_is_left() {
    let folder = Folder::new("one");
    let result = deliver(&folder.mailer(), &mail()).await;
    let files = folder.files();
    assert_eq!(files.len(), 1);
    assert_eq!(fs::read(&files[0]).unwrap(), compose(&mail()).unwrap());
    let name = files[0].file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("0197-1@recobra_example-"), "{name}");
    assert_eq!(files[0].extension().and_then(|end| end.to_str()), Some("eml"));
    assert_eq!(result, SendResult::Accepted { response: name.to_owned() });
}

#[tokio::test]
async fn the_same_mail_is_one_file_and_another_mail_another() {
    let folder = Folder::new("same");
    let mailer = folder.mailer();
    let same = mail();
    let changed = OutgoingMail { text: "otro".to_owned(), ..mail() };
    let (first, second, third) =
        tokio::join!(deliver(&mailer, &same), deliver(&mailer, &same), deliver(&mailer, &changed));
    assert!(is_accepted(&first) && is_accepted(&second) && is_accepted(&third));
    assert_eq!(folder.files().len(), 2);
}

#[tokio::test]
async fn an_id_cannot_lead_out_of_the_folder() {
    let folder = Folder::new("id");
    let climbing = OutgoingMail { message_id: "../../x@y".to_owned(), ..mail() };
    assert!(is_accepted(&deliver(&folder.mailer(), &climbing).await));
    assert_eq!(folder.files().len(), 1);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_told_and_leaves_nothing() {
    let folder = Folder::new("file");
    fs::create_dir_all(&folder.0).unwrap();
    fs::write(folder.0.join("out"), "in the way").unwrap();
    let result = deliver(&folder.mailer(), &mail()).await;
    assert!(matches!(result, SendResult::NotSent { cause: Cause::Folder, .. }), "{result:?}");
    assert!(result.may_be_tried_again());
}

#[tokio::test]
async fn a_name_that_is_taken_by_a_folder_leaves_no_unfinished_file() {
    let folder = Folder::new("taken");
    let mailer = folder.mailer();
    let SendResult::Accepted { response } = deliver(&mailer, &mail()).await else { panic!("not accepted") };
    let path = folder.0.join("out").join(response);
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let result = deliver(&mailer, &mail()).await;
    assert!(matches!(result, SendResult::NotSent { cause: Cause::Folder, .. }), "{result:?}");
    assert_eq!(folder.files(), [path]);
}
