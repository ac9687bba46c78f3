//! `serve`: the server, until SIGTERM or SIGINT.

use std::sync::Arc;

use rescind_authority::SystemClock;
use rescind_authority::config::{Config, Format, Level};
use tracing::level_filters::LevelFilter;

use super::check_config::check;
use super::{ConfigFile, Outcome, failed, print, unusable};

pub(crate) fn run(file: &ConfigFile) -> Outcome {
    let (config, ..) = check(&file.config)?;
    log_to_stderr(&config);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(serve(config))
}

async fn serve(config: Config) -> Outcome {
    let stop = stop_signal().map_err(failed)?;
    let listen = config.server.listen;
    let listener = tokio::net::TcpListener::bind(listen).await;
    let listener = listener.map_err(|error| unusable(format!("server.listen: {listen}: {error}")))?;
    let address = listener.local_addr().map_err(failed)?;
    let ready = move || print(format!("listening on http://{address}")).map_err(|(_, message)| message);
    rescind_authority::run(listener, config, Arc::new(SystemClock::default()), ready, stop)
        .await
        .map_err(failed)
}

fn log_to_stderr(config: &Config) {
    let level = match config.log.level {
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
    };
    let lines = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_ansi(false);
    match config.log.format {
        Format::Json => lines.json().init(),
        Format::Text => lines.init(),
    }
}

/// Ready when the process is asked to stop.
#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
    })
}

/// Ready when the process is asked to stop.
#[cfg(not(unix))]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without a way to hear of it, the process is stopped from outside.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
