//! Comments are for those who read declarations; in the code that is sent to browsers they would be a quarter of it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Takes the doc comments out of every script in a folder and below.
pub fn strip(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            strip(&path)?;
        } else if path.extension().is_some_and(|extension| extension == "js") {
            let script = fs::read_to_string(&path)?;
            fs::write(&path, stripped(&script))?;
        }
    }
    Ok(())
}

/// A script without the comments that have lines of their own. Those within a line stay: bundlers read some of them.
fn stripped(script: &str) -> String {
    let mut kept = String::with_capacity(script.len());
    let mut is_comment = false;
    for line in script.lines() {
        let text = line.trim();
        is_comment = is_comment || text.starts_with("/**");
        if !is_comment && !text.starts_with("//") {
            kept.push_str(line);
            kept.push('\n');
        }
        is_comment = is_comment && !text.ends_with("*/");
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::stripped;

    #[test]
    fn comments_on_lines_of_their_own_go_and_those_within_stay() {
        let script = "/** One. */\nexport class A {\n    /**\n     * Two.\n     */\n    b = /* @__PURE__ */ c(); // d\n    // Three.\n}\n";
        let expected = "export class A {\n    b = /* @__PURE__ */ c(); // d\n}\n";
        assert_eq!(stripped(script), expected);
    }

    #[test]
    fn code_without_comments_stays_as_it_is() {
        let script = "const a = \"/** no comment */\";\nconst b = 4 /* five */;\n";
        assert_eq!(stripped(script), script);
    }
}
