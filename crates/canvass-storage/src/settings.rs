//! Where the data lives: this file is about the choice between the two engines and their bounds.

use std::path::PathBuf;

/// Which engine keeps the data, and how much of the machine it may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settings {
    /// One folder of SQLite files on this machine.
    Embedded {
        /// The data folder; made when it is missing.
        folder: PathBuf,
        /// How many tenants' files stay open at once (about 200 kB and 2 descriptors each).
        open_tenants_max: usize,
    },
    /// One PostgreSQL database, shared by any number of nodes.
    Postgres {
        /// A connection string (`postgres://…` or `host=… user=…`) of a role that is no superuser.
        url: String,
        /// How many connections this node keeps.
        connections_max: usize,
    },
}

impl Settings {
    /// Bounds the memory of open files to about 400 MB.
    pub const OPEN_TENANTS_DEFAULT: usize = 2_000;
    /// Enough to keep two cores busy; PostgreSQL allows 100 in all by default.
    pub const CONNECTIONS_DEFAULT: usize = 16;

    /// Embedded storage in `folder` with the default bounds.
    pub fn embedded(folder: impl Into<PathBuf>) -> Self {
        Self::Embedded { folder: folder.into(), open_tenants_max: Self::OPEN_TENANTS_DEFAULT }
    }

    /// A PostgreSQL database with the default bounds.
    pub fn postgres(url: impl Into<String>) -> Self {
        Self::Postgres { url: url.into(), connections_max: Self::CONNECTIONS_DEFAULT }
    }
}
