//! Reading the file on a thread of its own, chunk by chunk, no faster than the server takes it.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use domain::imports::repeats::Repeats;
use domain::imports::{Dialect, Profile, Reader, RowError};
use indicatif::{ProgressBar, ProgressBarIter};
use tokio::sync::mpsc;

use super::chunks::{Chunk, Gatherer, accounts_stand_alone, own_party};
use super::refusals::Refusals;

/// Chunks that wait to be sent.
const AHEAD: usize = 2;

/// What reading the file came to.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// Rows of the file that yielded objects or were refused.
    pub(super) rows: u64,
    /// Rows passed over by the profile.
    pub(super) skipped: u64,
    /// Why the file could not be read to its end.
    pub(super) broken: Option<String>,
    /// Every row that was read was handed over.
    pub(super) whole: bool,
}

/// What is read, and how.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) profile: Profile,
    pub(super) dialect: Dialect,
}

/// Starts to read; refused rows are noted, the others come out as chunks. Ends early when nobody takes them.
pub(super) fn start(
    path: &Path,
    source: &Source,
    bar: &ProgressBar,
    refusals: &Arc<Mutex<Refusals>>,
) -> io::Result<(mpsc::Receiver<Chunk>, JoinHandle<Read>)> {
    let file = bar.wrap_read(File::open(path)?);
    let (source, refusals) = (source.clone(), Arc::clone(refusals));
    let (sender, receiver) = mpsc::channel(AHEAD);
    let thread = std::thread::Builder::new().name("read-file".to_owned());
    let reading = thread.spawn(move || read(file, &source, &refusals, &sender))?;
    Ok((receiver, reading))
}

fn read(
    file: ProgressBarIter<File>,
    source: &Source,
    refusals: &Mutex<Refusals>,
    sender: &mpsc::Sender<Chunk>,
) -> Read {
    let mut done = Read::default();
    let mut reader = match Reader::open(&source.profile, &source.dialect, file) {
        Ok(reader) => reader,
        Err(error) => {
            done.broken = Some(format!("{error} ({})", error.code().text));
            done.whole = true;
            return done;
        }
    };
    let alone = accounts_stand_alone(&source.profile);
    let (mut gatherer, mut repeats) = (Gatherer::default(), Repeats::new());
    while let Some(item) = reader.next() {
        done.rows += 1;
        let mut rows = match item {
            Ok(rows) => rows,
            Err(error) if error.ends_the_file() => {
                done.broken = Some(error.to_string());
                break;
            }
            Err(error) => {
                refuse(refusals, &reader, &error);
                continue;
            }
        };
        if done.rows == 1 {
            refusals.lock().unwrap_or_else(PoisonError::into_inner).look_like(reader.layout());
        }
        if alone {
            let parties = rows.iter_mut().filter_map(own_party).collect::<Vec<_>>();
            rows.splice(0..0, parties);
        }
        for row in rows {
            if repeats.is_repeat(&row) {
                continue;
            }
            if !gatherer.add(row).into_iter().all(|chunk| sender.blocking_send(chunk).is_ok()) {
                return done;
            }
        }
    }
    done.skipped = reader.skipped();
    done.whole = gatherer.take().into_iter().all(|chunk| sender.blocking_send(chunk).is_ok());
    done
}

fn refuse(refusals: &Mutex<Refusals>, reader: &Reader<ProgressBarIter<File>>, error: &RowError) {
    let mut refusals = refusals.lock().unwrap_or_else(PoisonError::into_inner);
    refusals.look_like(reader.layout());
    refusals.note(error);
}
