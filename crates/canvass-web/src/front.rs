//! The front: this file is about which routes a request finds, by the host it names.

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    response::{IntoResponse, Response},
};
use tower::ServiceExt;

use crate::{
    App,
    access::Place,
    problem::{Reader, Stray},
    routes,
};

/// The three faces of an installation: its own, those of its tenants, and none.
#[derive(Clone)]
pub(crate) struct Front {
    app: App,
    routers: Arc<Routers>,
}

struct Routers {
    product: Router,
    hosted: Router,
    nowhere: Router,
}

impl Front {
    pub(crate) fn new(app: &App) -> Self {
        let (product, hosted) = (routes::at_product(app.clone()), routes::at_host(app.clone()));
        let routers = Arc::new(Routers { product, hosted, nowhere: routes::nowhere(app.clone()) });
        Self { app: app.clone(), routers }
    }

    /// Answers a request where it came in.
    pub(crate) async fn answer(&self, mut request: Request) -> Response {
        let router = match self.app.place(self.app.host_of(&request)).await {
            Ok(Place::Product) => &self.routers.product,
            Ok(Place::Hosted(hosted)) => {
                request.extensions_mut().insert(hosted);
                &self.routers.hosted
            }
            Ok(Place::Nowhere) => {
                request.extensions_mut().insert(Stray);
                &self.routers.nowhere
            }
            Err(problem) => {
                request.extensions_mut().insert(Stray);
                return Reader::of(&request).show(problem.into_response());
            }
        };
        match router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}
