//! The memory of Canvass: the only SQL; tenants' databases, the directory and the intake, on two engines behind one
//! private seam.
//!
//! A tenant's data is reachable only through its [`Tenant`] handle, and only the [`Directory`] makes one. A transaction
//! is lent to a synchronous closure: it cannot escape, cannot await, cannot reach a second tenant.
//!
//! # What does not compile
//! Each refusal stands above the same lines with the one offending thing changed, which do compile.
//!
//! A handle cannot be forged, so neither can access to another tenant:
//! ```compile_fail,E0451
//! # use {canvass_model::tenant::TenantRecord, canvass_storage::Tenant};
//! fn become_another(own: Tenant, record: TenantRecord) -> Tenant {
//!     Tenant { record, ..own }
//! }
//! ```
//! ```
//! # use {canvass_model::tenant::TenantRecord, canvass_storage::Tenant};
//! fn look(own: Tenant) -> TenantRecord {
//!     own.record().clone()
//! }
//! ```
//!
//! A transaction cannot be kept for later, in whatever way:
//! ```compile_fail,E0521
//! # use {canvass_storage::{Error, Tenant, Tx}, std::cell::Cell};
//! thread_local!(static KEPT: Cell<Option<&'static mut Tx<'static>>> = Cell::new(None));
//!
//! async fn keep(tenant: Tenant) -> Result<(), Error> {
//!     tenant.write(|tx| Ok::<_, Error>(KEPT.set(Some(tx)))).await
//! }
//! ```
//! ```
//! # use {canvass_model::time::Timestamp, canvass_storage::{Error, Tenant}, std::cell::Cell};
//! thread_local!(static KEPT: Cell<Option<Timestamp>> = Cell::new(None));
//!
//! async fn keep(tenant: Tenant) -> Result<(), Error> {
//!     tenant.write(|tx| Ok::<_, Error>(KEPT.set(Some(tx.now())))).await
//! }
//! ```
//!
//! Nor can it be the answer:
//! ```compile_fail,E0277
//! # use canvass_storage::{Error, Tenant};
//! async fn leak(tenant: Tenant) -> Result<(), Error> {
//!     tenant.read(|tx| Ok::<_, Error>(tx)).await.map(drop)
//! }
//! ```
//! ```
//! # use canvass_storage::{Error, Tenant};
//! async fn ask(tenant: Tenant) -> Result<(), Error> {
//!     tenant.read(|tx| Ok::<_, Error>(tx.now())).await.map(drop)
//! }
//! ```
//!
//! One transaction cannot touch two tenants, because reaching the second must be awaited:
//! ```compile_fail,E0728
//! # use canvass_storage::{Error, Tenant};
//! async fn mix(one: Tenant, other: Tenant) -> Result<(), Error> {
//!     one.write(move |_| other.write(|_| Ok::<_, Error>(())).await).await
//! }
//! ```
//! ```
//! # use canvass_storage::{Error, Tenant};
//! async fn one_after_the_other(one: Tenant, other: Tenant) -> Result<(), Error> {
//!     one.write(move |_| Ok::<_, Error>(())).await?;
//!     other.write(|_| Ok::<_, Error>(())).await
//! }
//! ```
//!
//! Reading cannot write:
//! ```compile_fail,E0308
//! # use {canvass_model::id::SurveyId, canvass_storage::{Error, Tenant, summaries}};
//! async fn sneak(tenant: Tenant, survey: SurveyId) -> Result<(), Error> {
//!     tenant.read(move |tx| summaries::put(tx, survey, "{}")).await
//! }
//! ```
//! ```
//! # use {canvass_model::id::SurveyId, canvass_storage::{Error, Tenant, summaries}};
//! async fn write(tenant: Tenant, survey: SurveyId) -> Result<(), Error> {
//!     tenant.write(move |tx| summaries::put(tx, survey, "{}")).await
//! }
//! ```
//!
//! A tenant's transaction cannot reach the directory of all tenants:
//! ```compile_fail,E0308
//! # use {canvass_model::{alias::Alias, tenant::TenantRecord}, canvass_storage::{Error, Tenant, tenants}};
//! async fn wander(tenant: Tenant, alias: Alias) -> Result<Option<TenantRecord>, Error> {
//!     tenant.read(move |tx| tenants::find(tx, &alias)).await
//! }
//! ```
//! ```
//! # use {canvass_model::{alias::Alias, tenant::TenantRecord}, canvass_storage::{Directory, Error, tenants}};
//! async fn look_up(directory: Directory, alias: Alias) -> Result<Option<TenantRecord>, Error> {
//!     directory.read(move |tx| tenants::find(tx, &alias)).await
//! }
//! ```

pub mod accounts;
pub mod annotations;
pub mod brand;
pub mod chunks;
pub mod dead_letters;
mod decode;
mod directory;
pub mod domains;
pub mod duties;
mod engine;
mod error;
pub mod events;
pub mod exports;
pub mod fields;
pub mod files;
pub mod idempotency;
mod intake;
pub mod jobs;
mod known;
pub mod members;
pub mod meta;
pub mod metadata;
pub mod operator_tokens;
pub mod operators;
pub mod pages;
pub mod responses;
pub mod scripts;
pub mod sessions;
mod settings;
pub mod starters;
pub mod summaries;
pub mod surveys;
pub mod table_file;
mod tenant;
pub mod tenants;
pub mod throttle;
pub mod tokens;
pub mod traffic;
mod transaction;

pub use directory::{Arrivals, Bells, Directory, Recalled};
pub use error::Error;
pub use intake::{Applied, Backlog, Intake, Receipt};
pub use settings::Settings;
pub use tenant::{Arrived, Changes, Incoming, STALE_MAX, Tenant, WATCH_EVERY};
pub use transaction::{DirectoryReadTx, DirectoryTx, ReadTx, Tx};
