//! Tells of every call how it ended and how long it took, also of those that were cut off; a refusal leaves with its code.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http_body_util::BodyExt as _;
use tonic::body::Body;
use tonic::codegen::http::{HeaderMap, Request, Response};
use tonic::{Code, Status};
use tower::Service;
use tower::layer::{Layer, layer_fn};

use crate::unread::explain;

/// A call that ended.
#[derive(Debug)]
pub struct Ended<'m> {
    /// `/recobra.v1.PushService/PushChunks`; `unknown` where there is no such method.
    pub method: &'m str,
    /// The status code of gRPC; 1 (cancelled) when the caller went away before the end.
    pub code: i32,
    /// From the first byte of the call to the last of the answer.
    pub took: Duration,
}

/// Who is told.
pub type OnEnd = Arc<dyn Fn(Ended<'_>) + Send + Sync>;

/// Wraps every method of a server.
pub(crate) fn layer<S>(ended: OnEnd) -> impl Layer<S, Service = Counted<S>> + Clone {
    layer_fn(move |inner| Counted { inner, ended: ended.clone() })
}

/// A service whose calls are told of.
#[derive(Clone)]
pub(crate) struct Counted<S> {
    inner: S,
    ended: OnEnd,
}

impl<S, B> Service<Request<B>> for Counted<S>
where
    S: Service<Request<B>, Response = Response<Body>>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let mut call = Call {
            method: request.uri().path().to_owned(),
            began: Instant::now(),
            code: Code::Cancelled,
            ended: self.ended.clone(),
        };
        let answer = self.inner.call(request);
        Box::pin(async move {
            let mut answer = answer.await?;
            explain(answer.headers_mut());
            // A call refused at once has its status in the head and no trailers.
            call.note(answer.headers());
            Ok(answer.map(|body| {
                Body::new(body.map_frame(move |mut frame| {
                    if let Some(trailers) = frame.trailers_mut() {
                        explain(trailers);
                        call.note(trailers);
                    }
                    frame
                }))
            }))
        })
    }
}

/// Lives as long as the answer; dropped without a status, the caller went away.
struct Call {
    method: String,
    began: Instant,
    code: Code,
    ended: OnEnd,
}

impl Call {
    fn note(&mut self, headers: &HeaderMap) {
        if let Some(status) = Status::from_header_map(headers) {
            self.code = status.code();
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        // Whoever calls may make methods up; they must not make a series each.
        let method = if self.code == Code::Unimplemented { "unknown" } else { &self.method };
        (self.ended)(Ended { method, code: self.code.into(), took: self.began.elapsed() });
    }
}
