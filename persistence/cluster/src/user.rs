//! Users of the operating system: whom PostgreSQL runs as, and giving up root for good.

use std::{
    ffi::CString,
    fs,
    os::unix::fs::{MetadataExt, lchown},
    path::{Path, PathBuf},
};

use nix::unistd::{self, Gid, Uid, User};

use crate::ClusterError;

/// A user of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OsUser {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
}

/// Who this process is after [`drop_privileges`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub user: OsUser,
    /// Whether root was given up; `false` if the process was not root to begin with.
    pub dropped: bool,
}

impl OsUser {
    /// The user this process acts as.
    pub fn current() -> Self {
        let (uid, gid) = (Uid::effective(), Gid::effective());
        let name = User::from_uid(uid).ok().flatten().map_or_else(|| uid.to_string(), |user| user.name);
        Self { name, uid: uid.as_raw(), gid: gid.as_raw() }
    }

    pub fn is_root(&self) -> bool {
        self.uid == 0
    }

    /// The groups of this user, its own first.
    fn groups(&self) -> Result<Vec<Gid>, ClusterError> {
        let own = Gid::from_raw(self.gid);
        let name =
            CString::new(self.name.as_str()).map_err(|e| privileged(format!("name of the user: {e}")))?;
        unistd::getgrouplist(&name, own).map_err(|e| privileged(format!("groups of {}: {e}", self.name)))
    }

    /// The first folder above `path` (or itself) that this user may not pass, judged by owner, group and mode.
    pub(crate) fn blocked_at(&self, path: &Path) -> Option<PathBuf> {
        let groups = self.groups().unwrap_or_default();
        let mut above: Vec<&Path> = path.ancestors().collect();
        above.reverse();
        let blocked = |dir: &&Path| fs::metadata(dir).is_ok_and(|found| !self.may_pass(&found, &groups));
        above.into_iter().find(blocked).map(Path::to_owned)
    }

    fn may_pass(&self, dir: &fs::Metadata, groups: &[Gid]) -> bool {
        let execute = if dir.uid() == self.uid {
            0o100
        } else if groups.contains(&Gid::from_raw(dir.gid())) {
            0o010
        } else {
            0o001
        };
        self.is_root() || dir.mode() & execute != 0
    }
}

/// The first of `candidates` that exists on this machine.
///
/// # Errors
/// [`ClusterError::NoSuchUser`] if none does; [`ClusterError::UserIsRoot`] if it is root under another name.
pub fn resolve_user(candidates: &[&str]) -> Result<OsUser, ClusterError> {
    let find = |name: &&str| User::from_name(name).ok().flatten();
    let found = candidates
        .iter()
        .find_map(find)
        .ok_or_else(|| ClusterError::NoSuchUser { candidates: candidates.join(", ") })?;
    if found.uid.is_root() {
        return Err(ClusterError::UserIsRoot { user: found.name });
    }
    Ok(OsUser { name: found.name, uid: found.uid.as_raw(), gid: found.gid.as_raw() })
}

/// Gives up root for the first existing user of `candidates`, for good and in all threads; does nothing if this process
/// is not root. Call it before the first file of the data folder is opened, after giving that folder to the user.
///
/// # Errors
/// [`ClusterError::NoSuchUser`], [`ClusterError::UserIsRoot`]; [`ClusterError::StillPrivileged`] if a step failed or root
/// could be had back: the process must then exit.
pub fn drop_privileges(candidates: &[&str]) -> Result<Identity, ClusterError> {
    if !Uid::effective().is_root() && !Uid::current().is_root() {
        return Ok(Identity { user: OsUser::current(), dropped: false });
    }
    let user = resolve_user(candidates)?;
    let (uid, gid) = (Uid::from_raw(user.uid), Gid::from_raw(user.gid));
    let step = |what: &'static str| move |e: nix::Error| privileged(format!("{what}: {e}"));
    // Groups first: without root they cannot be changed any more.
    unistd::setgroups(&user.groups()?).map_err(step("setgroups"))?;
    unistd::setgid(gid).map_err(step("setgid"))?;
    unistd::setuid(uid).map_err(step("setuid"))?;
    prove_unprivileged(uid, gid)?;
    Ok(Identity { user, dropped: true })
}

fn prove_unprivileged(uid: Uid, gid: Gid) -> Result<(), ClusterError> {
    let ids = unistd::getresuid().map_err(|e| privileged(format!("getresuid: {e}")))?;
    let groups = unistd::getresgid().map_err(|e| privileged(format!("getresgid: {e}")))?;
    if [ids.real, ids.effective, ids.saved] != [uid; 3]
        || [groups.real, groups.effective, groups.saved] != [gid; 3]
    {
        return Err(privileged("the ids are not all those of the user".to_owned()));
    }
    let others = unistd::getgroups().map_err(|e| privileged(format!("getgroups: {e}")))?;
    if others.contains(&Gid::from_raw(0)) {
        return Err(privileged("the user is in the group of root".to_owned()));
    }
    if unistd::setuid(Uid::from_raw(0)).is_ok() || unistd::setgid(Gid::from_raw(0)).is_ok() {
        return Err(privileged("the process became root again".to_owned()));
    }
    Ok(())
}

fn privileged(reason: String) -> ClusterError {
    ClusterError::StillPrivileged { reason }
}

/// Gives `path` and all below it to the user; symbolic links are given, never followed.
pub fn chown_tree(path: &Path, user: &OsUser) -> Result<(), ClusterError> {
    let found = fs::symlink_metadata(path).map_err(ClusterError::io("cannot read", path))?;
    if found.is_dir() {
        for entry in fs::read_dir(path).map_err(ClusterError::io("cannot list", path))? {
            chown_tree(&entry.map_err(ClusterError::io("cannot list", path))?.path(), user)?;
        }
    }
    if found.uid() != user.uid || found.gid() != user.gid {
        lchown(path, Some(user.uid), Some(user.gid))
            .map_err(ClusterError::io("cannot change the owner of", path))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_existing_user_is_taken_and_root_never() {
        let error = resolve_user(&["no-such-user-1", "no-such-user-2"]).unwrap_err();
        assert!(error.to_string().contains("no-such-user-1, no-such-user-2"), "{error}");
        assert!(matches!(resolve_user(&["root"]), Err(ClusterError::UserIsRoot { .. })));
        let daemon = resolve_user(&["no-such-user-1", "daemon"]).unwrap();
        assert_eq!(daemon.name, "daemon");
    }

    #[test]
    fn a_folder_closed_to_others_blocks_them() {
        let nobody = OsUser { name: "nobody".to_owned(), uid: 65534, gid: 65534 };
        assert_eq!(nobody.blocked_at(Path::new("/usr/lib")), None);
        if OsUser::current().is_root() {
            assert_eq!(
                nobody.blocked_at(Path::new("/proc/self/fd/none")),
                Some(PathBuf::from("/proc/self/fd"))
            );
        }
    }
}
