//! One at a time: this file is about submissions with the same key that arrive together on one node.

use canvass_model::id::ResponseId;
use tokio::sync::{Mutex, MutexGuard};

/// Places at which submissions wait for their turn. Two keys share one by chance; they only wait a little longer.
pub(super) struct Turns {
    places: Vec<Mutex<()>>,
}

/// With 256 submissions at once, about one in sixteen meets a stranger at its place.
const PLACES: usize = 4_096;

impl Turns {
    pub(super) fn new() -> Self {
        Self { places: (0..PLACES).map(|_| Mutex::new(())).collect() }
    }

    /// Waits until no other submission of this response is under way, and holds the next ones back while the guard
    /// lives. Bounded by what the one before may take: an append.
    pub(super) async fn take(&self, id: ResponseId) -> MutexGuard<'_, ()> {
        let bytes = id.as_bytes();
        // The id is a hash already: any two bytes of it choose evenly. The last ones hold no version.
        let place = usize::from(u16::from_le_bytes([bytes[14], bytes[15]])) % PLACES;
        self.places[place].lock().await
    }
}
