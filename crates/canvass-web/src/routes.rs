//! Every route, in the order a newcomer should read: this file is about which address is served by whom.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    handler::Handler,
    middleware::{from_fn, from_fn_with_state},
    routing::{MethodRouter, get, post},
};
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer, DefaultPredicate,
        predicate::{Predicate, SizeAbove},
    },
    csrf::CsrfLayer,
};

use crate::{App, Problem, access_log, api, around, assets, download, pages, problem, security, too_large};

/// One route, as the access table of the tests lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path, its parameters in braces.
    pub path: &'static str,
}

/// Routes as they are declared: the router and the list of what is in it.
#[derive(Default)]
struct Table {
    router: Router<App>,
    routes: Vec<Route>,
}

impl Table {
    fn get<H: Handler<T, App>, T: 'static>(self, path: &'static str, handler: H) -> Self {
        self.add("GET", path, get(handler))
    }

    fn post<H: Handler<T, App>, T: 'static>(self, path: &'static str, handler: H) -> Self {
        self.add("POST", path, post(handler))
    }

    fn add(mut self, method: &'static str, path: &'static str, handler: MethodRouter<App>) -> Self {
        self.routes.push(Route { method, path });
        Self { router: self.router.route(path, handler), routes: self.routes }
    }
}

/// Bytes below which an answer is sent as it is: it fits in one packet either way.
const COMPRESSED_MIN: u64 = 1_024;

/// Every route of pages; the API's stand in its `OpenAPI` document.
pub fn routes() -> Vec<Route> {
    [product(), signed_in(), console(), domains(), scripts(), brand(), files(), operator(), tenants()]
        .map(|it| it.routes)
        .concat()
}

/// Every route at a host of a tenant's own: its pages, and what they are dressed in.
pub fn hosted_routes() -> Vec<Route> {
    hosted().routes
}

/// Everything at the installation's own host, ready to serve.
pub(crate) fn at_product(app: App) -> Router {
    let own = product()
        .router
        .merge(signed_in().router)
        .merge(console().router)
        .merge(domains().router)
        .merge(scripts().router)
        .merge(brand().router)
        .merge(files().router)
        .merge(operator().router);
    let own = own.layer(ServiceBuilder::new().layer(from_fn(security::cross_site)).layer(CsrfLayer::new()));
    let pages = tenants().router.layer(from_fn(pages::public::revalidate));
    wrapped(app, Router::new().merge(own).merge(pages).merge(api::router()))
}

/// Everything at a host of a tenant's own, ready to serve.
pub(crate) fn at_host(app: App) -> Router {
    wrapped(app, hosted().router.layer(from_fn(pages::public::revalidate)))
}

/// What is answered at hosts that are nobody's: whoever watches the process, or gets certificates for it, may call it by
/// any name.
pub(crate) fn nowhere(app: App) -> Router {
    let router = Router::new().route("/-/health", get(pages::health::show)).route("/-/ask", get(pages::ask::show));
    wrapped(app, router)
}

fn wrapped(app: App, router: Router<App>) -> Router {
    let body_bytes_max = app.settings().body_bytes_max;
    router
        .fallback(async || Problem::NotFound)
        .method_not_allowed_fallback(async || Problem::MethodNotAllowed)
        .layer(
            // From the outside in: whatever happens inside is logged, shown, guarded, compressed and recorded.
            ServiceBuilder::new()
                .layer(from_fn_with_state(app.clone(), access_log::visits))
                .layer(CompressionLayer::new().compress_when(
                    DefaultPredicate::new().and(SizeAbove::new(COMPRESSED_MIN)).and(download::IsCompressible),
                ))
                .layer(from_fn_with_state(app.clone(), around::handler))
                .layer(CatchPanicLayer::custom(problem::of_panic))
                .layer(DefaultBodyLimit::max(body_bytes_max)),
        )
        .with_state(app)
}

/// The product's own public pages.
fn product() -> Table {
    Table::default()
        .get("/", pages::landing::show)
        .get("/robots.txt", pages::public::robots)
        .get("/-/health", pages::health::show)
        .get("/-/ask", pages::ask::show)
        .get("/-/assets/{hash}/{name}", assets::show)
        .get("/-/brand/{tenant}/{file}", pages::brand::serve)
        .get("/-/schema/survey.json", pages::schema::show)
        .add("GET", "/-/schema/canvass.pyi", get(pages::schema::stubs).layer(from_fn(pages::public::revalidate)))
        .get("/-/signup", pages::sign_up::new)
        .post("/-/signup", pages::sign_up::create)
        .get("/-/signup/alias", pages::sign_up::alias)
        .get("/-/signup/progress/{job}", pages::sign_up::show)
        .get("/-/signup/progress/{job}/events", pages::sign_up::events)
        .get("/-/login", pages::sign_in::new)
        .post("/-/login", pages::sign_in::create)
        .post("/-/logout", pages::sign_in::delete)
}

/// What belongs to the person who signed in.
fn signed_in() -> Table {
    Table::default()
        .get("/-/account", pages::account::show)
        .post("/-/account/password", pages::account::update_password)
        .post("/-/account/sessions/{session}/revocation", pages::account::revoke)
        .post("/-/account/sessions/revocation", pages::account::revoke_others)
        .get("/-/console", pages::tenants::index)
}

/// The console of a tenant.
fn console() -> Table {
    Table::default()
        .get("/-/console/{tenant}", pages::dashboard::show)
        .get("/-/console/{tenant}/surveys", pages::surveys::index)
        .post("/-/console/{tenant}/surveys", pages::surveys::create)
        .get("/-/console/{tenant}/surveys/new", pages::surveys::new)
        .post("/-/console/{tenant}/surveys/import", pages::surveys::import)
        .get("/-/console/{tenant}/surveys/{survey}", pages::builder::show)
        .post("/-/console/{tenant}/surveys/{survey}/edits", pages::builder::edit)
        .get("/-/console/{tenant}/surveys/{survey}/questions/{question}", pages::builder::question)
        .post("/-/console/{tenant}/surveys/{survey}/questions/{question}", pages::builder::update_question)
        .get("/-/console/{tenant}/surveys/{survey}/sections/{section}", pages::builder::section)
        .post("/-/console/{tenant}/surveys/{survey}/sections/{section}", pages::builder::edit_section)
        .get("/-/console/{tenant}/surveys/{survey}/texts/{text}", pages::builder::text)
        .post("/-/console/{tenant}/surveys/{survey}/texts/{text}", pages::builder::edit_text)
        .get("/-/console/{tenant}/surveys/{survey}/history", pages::builder::history)
        .post("/-/console/{tenant}/surveys/{survey}/undo", pages::builder::undo)
        .get("/-/console/{tenant}/surveys/{survey}/preview", pages::builder::preview)
        .post("/-/console/{tenant}/surveys/{survey}/preview", pages::builder::try_out)
        .get("/-/console/{tenant}/surveys/{survey}/definition.json", pages::surveys::export)
        .get("/-/console/{tenant}/surveys/{survey}/replacement", pages::builder::replacement)
        .post("/-/console/{tenant}/surveys/{survey}/replacement", pages::builder::replace)
        .get("/-/console/{tenant}/surveys/{survey}/details", pages::details::show)
        .post("/-/console/{tenant}/surveys/{survey}/metadata", pages::details::update)
        .get("/-/console/{tenant}/surveys/{survey}/publication", pages::publication::new)
        .post("/-/console/{tenant}/surveys/{survey}/publication", pages::publication::create)
        .post("/-/console/{tenant}/surveys/{survey}/closing", pages::publication::close)
        .post("/-/console/{tenant}/surveys/{survey}/copy", pages::surveys::copy)
        .post("/-/console/{tenant}/surveys/{survey}/archive", pages::surveys::archive)
        .post("/-/console/{tenant}/surveys/{survey}/trash", pages::surveys::trash)
        .post("/-/console/{tenant}/surveys/{survey}/restoration", pages::surveys::restore)
        .get("/-/console/{tenant}/surveys/{survey}/results", pages::results::show)
        .get("/-/console/{tenant}/surveys/{survey}/results/events", pages::results::events)
        .get("/-/console/{tenant}/surveys/{survey}/crosstab", pages::crosstab::show)
        .get("/-/console/{tenant}/surveys/{survey}/responses", pages::responses::index)
        .get("/-/console/{tenant}/surveys/{survey}/responses/{response}", pages::responses::show)
        .post("/-/console/{tenant}/surveys/{survey}/responses/{response}/erasure", pages::responses::delete)
        .get("/-/console/{tenant}/surveys/{survey}/export", pages::exports::download)
        .get("/-/console/{tenant}/surveys/{survey}/exports", pages::exports::index)
        .post("/-/console/{tenant}/surveys/{survey}/exports", pages::exports::create)
        .get("/-/console/{tenant}/surveys/{survey}/exports/events", pages::exports::events)
        .get("/-/console/{tenant}/surveys/{survey}/exports/{export}/file", pages::exports::file)
        .post("/-/console/{tenant}/surveys/{survey}/exports/{export}/cancellation", pages::exports::cancel)
        .post("/-/console/{tenant}/surveys/{survey}/exports/{export}/deletion", pages::exports::delete)
        .get("/-/console/{tenant}/pages", pages::site::index)
        .post("/-/console/{tenant}/pages", pages::site::create)
        .get("/-/console/{tenant}/pages/new", pages::site::new)
        .get("/-/console/{tenant}/pages/address", pages::site::suggest)
        .add("POST", "/-/console/{tenant}/pages/upload", post(pages::site::upload).layer(DefaultBodyLimit::disable()))
        .get("/-/console/{tenant}/pages/hosts", pages::site::hosts)
        .post("/-/console/{tenant}/pages/hosts", pages::site::update_hosts)
        .get("/-/console/{tenant}/pages/starters", pages::site::starters)
        .post("/-/console/{tenant}/pages/starters", pages::site::update_starters)
        .get("/-/console/{tenant}/pages/{id}", pages::site::edit)
        .post("/-/console/{tenant}/pages/{id}", pages::site::update)
        .get("/-/console/{tenant}/pages/{id}/links", pages::links::index)
        .post("/-/console/{tenant}/pages/{id}/links", pages::links::create)
        .post("/-/console/{tenant}/pages/{id}/links/{link}/revocation", pages::links::delete)
        .post("/-/console/{tenant}/pages/{id}/place", pages::site::reorder)
        .post("/-/console/{tenant}/pages/{id}/trash", pages::site::trash)
        .post("/-/console/{tenant}/pages/{id}/restoration", pages::site::restore)
        .get("/-/console/{tenant}/traffic", pages::traffic::show)
        .get("/-/console/{tenant}/traffic/export", pages::traffic::export)
        .get("/-/console/{tenant}/fields", pages::fields::index)
        .post("/-/console/{tenant}/fields", pages::fields::create)
        .get("/-/console/{tenant}/fields/{field}", pages::fields::show)
        .post("/-/console/{tenant}/fields/{field}", pages::fields::update)
        .post("/-/console/{tenant}/fields/{field}/place", pages::fields::place)
        .post("/-/console/{tenant}/fields/{field}/removal", pages::fields::remove)
        .post("/-/console/{tenant}/removed-fields/{key}/restoration", pages::fields::restore)
        .post("/-/console/{tenant}/removed-fields/{key}/deletion", pages::fields::delete)
        .get("/-/console/{tenant}/tokens", pages::tokens::index)
        .post("/-/console/{tenant}/tokens", pages::tokens::create)
        .post("/-/console/{tenant}/tokens/{token}/revocation", pages::tokens::delete)
        .get("/-/console/{tenant}/members", pages::members::index)
        .get("/-/console/{tenant}/log", pages::events::index)
}

/// The hosts that a tenant brings along.
fn domains() -> Table {
    Table::default()
        .get("/-/console/{tenant}/domains", pages::domains::index)
        .post("/-/console/{tenant}/domains", pages::domains::create)
        .post("/-/console/{tenant}/domains/primary", pages::domains::update_primary)
        .get("/-/console/{tenant}/domains/{domain}", pages::domains::show)
        .post("/-/console/{tenant}/domains/{domain}/verification", pages::domains::verify)
        .post("/-/console/{tenant}/domains/{domain}/release", pages::domains::delete)
}

/// A tenant's own programs.
fn scripts() -> Table {
    Table::default()
        .get("/-/console/{tenant}/scripts", pages::scripts::index)
        .post("/-/console/{tenant}/scripts", pages::scripts::create)
        .get("/-/console/{tenant}/scripts/new", pages::scripts::new)
        .get("/-/console/{tenant}/scripts/contract", pages::scripts::contract)
        .get("/-/console/{tenant}/scripts/store", pages::scripts::store)
        .post("/-/console/{tenant}/scripts/store/removal", pages::scripts::remove_value)
        .post("/-/console/{tenant}/scripts/store/restoration", pages::scripts::restore_value)
        .get("/-/console/{tenant}/scripts/trash", pages::scripts::trash)
        .get("/-/console/{tenant}/scripts/secrets", pages::scripts::secrets)
        .post("/-/console/{tenant}/scripts/secrets", pages::scripts::set_secret)
        .post("/-/console/{tenant}/scripts/secrets/{name}/removal", pages::scripts::remove_secret)
        .get("/-/console/{tenant}/scripts/{script}", pages::scripts::show)
        .post("/-/console/{tenant}/scripts/{script}/draft", pages::scripts::save)
        .post("/-/console/{tenant}/scripts/{script}/check", pages::scripts::check)
        .post("/-/console/{tenant}/scripts/{script}/trial", pages::scripts::try_out)
        .post("/-/console/{tenant}/scripts/{script}/publication", pages::scripts::publish)
        .get("/-/console/{tenant}/scripts/{script}/tests", pages::scripts::cases)
        .post("/-/console/{tenant}/scripts/{script}/tests", pages::scripts::create_case)
        .post("/-/console/{tenant}/scripts/{script}/tests/run", pages::scripts::run_cases)
        .post("/-/console/{tenant}/scripts/{script}/tests/{case}", pages::scripts::update_case)
        .post("/-/console/{tenant}/scripts/{script}/tests/{case}/removal", pages::scripts::delete_case)
        .get("/-/console/{tenant}/scripts/{script}/runs", pages::scripts::runs)
        .post("/-/console/{tenant}/scripts/{script}/runs", pages::scripts::run)
        .get("/-/console/{tenant}/scripts/{script}/runs/new", pages::scripts::new_run)
        .get("/-/console/{tenant}/scripts/{script}/runs/events", pages::scripts::run_events)
        .get("/-/console/{tenant}/scripts/{script}/runs/{run}", pages::scripts::run_record)
        .post("/-/console/{tenant}/scripts/{script}/resumption", pages::scripts::resume)
        .post("/-/console/{tenant}/scripts/{script}/skip", pages::scripts::skip)
        .get("/-/console/{tenant}/scripts/{script}/versions", pages::scripts::versions)
        .post("/-/console/{tenant}/scripts/{script}/versions/{version}/restoration", pages::scripts::restore)
        .get("/-/console/{tenant}/scripts/{script}/replay", pages::scripts::new_replay)
        .post("/-/console/{tenant}/scripts/{script}/replay", pages::scripts::replay)
        .get("/-/console/{tenant}/scripts/{script}/settings", pages::scripts::settings)
        .post("/-/console/{tenant}/scripts/{script}/settings", pages::scripts::set)
        .post("/-/console/{tenant}/scripts/{script}/switch", pages::scripts::switch)
        .post("/-/console/{tenant}/scripts/{script}/trash", pages::scripts::throw_away)
        .post("/-/console/{tenant}/scripts/{script}/restoration", pages::scripts::fetch_back)
        .post("/-/console/{tenant}/scripts/{script}/deletion", pages::scripts::delete)
}

/// How a tenant's pages look.
fn brand() -> Table {
    Table::default()
        .get("/-/console/{tenant}/brand", pages::brand::show)
        .post("/-/console/{tenant}/brand/theme", pages::brand::update_theme)
        .post("/-/console/{tenant}/brand/css", pages::brand::update_css)
        .add(
            "POST",
            "/-/console/{tenant}/brand/logo",
            post(pages::brand::create_logo).layer(DefaultBodyLimit::max(too_large::UPLOAD_BYTES_MAX)),
        )
        .post("/-/console/{tenant}/brand/logo/removal", pages::brand::delete_logo)
        .post("/-/console/{tenant}/brand/undo", pages::brand::undo)
        .get("/-/console/{tenant}/brand/preview", pages::brand::preview)
        .get("/-/console/{tenant}/brand/preview.css", pages::brand::preview_sheet)
}

/// What a tenant uploads. Uploads are bounded by the plan while they arrive.
fn files() -> Table {
    Table::default()
        .get("/-/console/{tenant}/files", pages::files::index)
        .add("POST", "/-/console/{tenant}/files", post(pages::files::create).layer(DefaultBodyLimit::disable()))
        .get("/-/console/{tenant}/files/{upload}", pages::files::show)
        .post("/-/console/{tenant}/files/{upload}", pages::files::update)
        .get("/-/console/{tenant}/files/{upload}/content", pages::files::content)
        .add(
            "POST",
            "/-/console/{tenant}/files/{upload}/content",
            post(pages::files::replace).layer(DefaultBodyLimit::disable()),
        )
        .post("/-/console/{tenant}/files/{upload}/undo", pages::files::revert)
        .post("/-/console/{tenant}/files/{upload}/trash", pages::files::trash)
        .post("/-/console/{tenant}/files/{upload}/restoration", pages::files::restore)
        .post("/-/console/{tenant}/files/{upload}/deletion", pages::files::delete)
}

/// The operator console.
fn operator() -> Table {
    Table::default()
        .get("/-/operate/setup/{secret}", pages::operators::new)
        .post("/-/operate/setup/{secret}", pages::operators::create)
        .get("/-/operate/login", pages::operators::sign_in)
        .post("/-/operate/login", pages::operators::create_session)
        .post("/-/operate/logout", pages::operators::delete_session)
        .get("/-/operate", pages::operate::show)
        .get("/-/operate/tenants/{alias}", pages::operate::tenant)
        .post("/-/operate/tenants/{alias}/suspension", pages::operate::suspend)
        .post("/-/operate/tenants/{alias}/resumption", pages::operate::resume)
        .post("/-/operate/tenants/{alias}/scripts/stop", pages::operate_scripts::stop)
        .post("/-/operate/tenants/{alias}/scripts/allowance", pages::operate_scripts::allow)
        .get("/-/operate/scripts", pages::operate_scripts::show)
        .get("/-/operate/jobs", pages::operate_jobs::index)
        .get("/-/operate/jobs/{job}", pages::operate_jobs::show)
        .post("/-/operate/jobs/{job}/retry", pages::operate_jobs::retry)
        .get("/-/operate/tokens", pages::operator_tokens::index)
        .post("/-/operate/tokens", pages::operator_tokens::create)
        .post("/-/operate/tokens/{token}/revocation", pages::operator_tokens::delete)
        .get("/-/operate/dead-letters", pages::dead_letters::index)
        .post("/-/operate/dead-letters/{letter}/retry", pages::dead_letters::retry)
        .post("/-/operate/dead-letters/{letter}/removal", pages::dead_letters::delete)
}

/// A tenant's public pages at a host of its own, where the product's own routes are nobody's.
fn hosted() -> Table {
    Table::default()
        .get("/", pages::public::show)
        .get("/robots.txt", pages::public::robots)
        .get("/-/health", pages::health::show)
        .get("/-/assets/{hash}/{name}", assets::show)
        .get("/-/brand/{tenant}/{file}", pages::brand::serve)
        .get("/-/{*rest}", nothing)
        .get("/api/{*rest}", nothing)
        .get("/{*page}", pages::public::show)
        .post("/-/{*rest}", nothing)
        .post("/api/{*rest}", nothing)
        .post("/{*page}", pages::public::create)
}

async fn nothing() -> Problem {
    Problem::NotFound
}

/// Tenants' public pages.
fn tenants() -> Table {
    Table::default()
        .get("/{tenant}", pages::public::show)
        .get("/{tenant}/", pages::public::show)
        .get("/{tenant}/{*page}", pages::public::show)
        .post("/{tenant}/{*page}", pages::public::create)
}
