use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use crate::{
    cli::{
        confined,
        output::{self, Outcome},
        server::{box_files::DataArgument, config_file::ConfigArgument},
    },
    web::InForce,
};

#[derive(Args)]
pub(in crate::cli) struct ShowConfigArguments {
    #[command(flatten)]
    config: ConfigArgument,
    /// The box's data directory: what is set in the box itself is told too
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// As a JSON array of {setting, value, from, line}
    #[arg(long)]
    json: bool,
}

/// Where a value came from.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum ValueOrigin {
    /// The configuration file.
    File,
    /// It is as it is unless somebody sets it.
    Default,
    /// It has no value unless somebody sets it.
    Unset,
    /// It was set with `candour init`.
    Box,
}

#[derive(Serialize)]
struct SettingShown {
    setting: String,
    value: Value,
    from: ValueOrigin,
    line: Option<usize>,
}

pub(in crate::cli) fn run(arguments: &ShowConfigArguments) -> Outcome {
    let ShowConfigArguments { config, data, json } = arguments;
    // With the files that it names, wherever they are, as the box reads them.
    let in_force = config.in_force()?;
    confined::ends_soon(&confined::reach([], data));
    let mut shown: Vec<SettingShown> = in_force.into_iter().map(SettingShown::from).collect();
    if let Some(path) = data {
        let store = DataArgument { path: path.clone() }.store_as_it_is()?;
        let settings = store.settings();
        let of_box = |setting: &str, value: Value| SettingShown {
            setting: format!("box.{setting}"),
            value,
            from: ValueOrigin::Box,
            line: None,
        };
        shown.push(of_box("recipients", settings.recipients.to_string().into()));
        shown.push(of_box("second_approver", settings.second_approver.into()));
        shown.push(of_box("signers", settings.signers.to_string().into()));
    }
    if *json {
        return output::json(&shown);
    }
    shown.iter().try_for_each(|setting| output::line(&setting.line(config, data.as_ref())))
}

impl From<InForce> for SettingShown {
    fn from(InForce { setting, value, line }: InForce) -> Self {
        let from = match (&value, line) {
            (_, Some(_)) => ValueOrigin::File,
            (Some(_), None) => ValueOrigin::Default,
            (None, None) => ValueOrigin::Unset,
        };
        Self { setting, value: value.unwrap_or_default(), from, line }
    }
}

impl SettingShown {
    /// As TOML has it: text in JSON's quotation marks is a text of TOML's too.
    fn line(&self, config: &ConfigArgument, data: Option<&PathBuf>) -> String {
        let Self { setting, value, from, line } = self;
        let place = |path: Option<&PathBuf>| path.map(|path| path.display().to_string()).unwrap_or_default();
        let came_from = match (from, line) {
            (ValueOrigin::File, Some(line)) => format!("{}, line {line}", place(config.path())),
            (ValueOrigin::File, None) => place(config.path()),
            (ValueOrigin::Default, _) => "default".to_owned(),
            (ValueOrigin::Unset, _) => return format!("# {setting} is not set"),
            (ValueOrigin::Box, _) => format!("the box in {}", place(data)),
        };
        crate::domain::escape_invisible_in_line(&format!("{setting} = {value}  # {came_from}"))
    }
}
