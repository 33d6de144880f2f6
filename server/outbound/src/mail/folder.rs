//! Mail as files.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::fs::{self, File, OpenOptions};
use tokio::io::AsyncWriteExt as _;

use super::envelope::Envelope;
use super::fingerprint::fingerprint;
use super::relay::FolderRelay;
use super::result::{Cause, SendResult};

/// Tells the unfinished files of one process apart.
static UNFINISHED: AtomicU64 = AtomicU64::new(0);

/// The part of a file name that comes from the envelope id.
const NAME_CHARS_MAX: usize = 80;

/// Writes the mail so that its file appears complete and durable, or not at all. The name depends on id and content alone, so that
/// the same mail is one file however often it is written.
pub(super) async fn deliver(relay: &FolderRelay, envelope: &Envelope, bytes: &[u8]) -> SendResult {
    let name = file_name(envelope, bytes);
    let number = UNFINISHED.fetch_add(1, Ordering::Relaxed);
    let unfinished = relay.path.join(format!(".{name}.{}.{number}", std::process::id()));
    let finished = relay.path.join(&name);
    if let Err(error) = write(&relay.path, &unfinished, bytes).await {
        forget(&unfinished).await;
        return failed(&unfinished, &error);
    }
    if let Err(error) = fs::rename(&unfinished, &finished).await {
        forget(&unfinished).await;
        return failed(&finished, &error);
    }
    match sync_folder(&relay.path).await {
        Ok(()) => SendResult::Accepted { response: name },
        // The file can be read, and may be picked up or lost with the power.
        Err(error) => {
            SendResult::Unknown { reason: format!("{} may not be durable: {error}", finished.display()) }
        }
    }
}

fn file_name(envelope: &Envelope, bytes: &[u8]) -> String {
    let plain =
        |char: char| if char.is_ascii_alphanumeric() || matches!(char, '-' | '@') { char } else { '_' };
    let id: String =
        envelope.id.as_deref().unwrap_or("mail").chars().take(NAME_CHARS_MAX).map(plain).collect();
    format!("{id}-{}.eml", fingerprint(bytes))
}

async fn write(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder).await?;
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).await?;
    file.write_all(bytes).await?;
    file.sync_all().await
}

/// A new name is durable only when its folder is.
async fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder).await?.sync_all().await
}

/// Leaves nothing behind where that is possible; the reason for the failure is told already.
async fn forget(path: &Path) {
    if let Err(error) = fs::remove_file(path).await {
        tracing::debug!(%error, path = %path.display(), "unfinished mail left behind");
    }
}

fn failed(path: &Path, error: &io::Error) -> SendResult {
    SendResult::NotSent { cause: Cause::Folder, reason: format!("{}: {error}", path.display()) }
}
