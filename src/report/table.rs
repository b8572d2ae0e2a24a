//! The matrix as a table: a row per server, a column per area.

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

use super::escape::escape;
use super::matrix::{Cell, Compliance, Mark};
use super::model::{Report, Server};
use super::paint::{BOLD, Look, paint, style_of, width};
use crate::engine::outcome::{Finding, FindingKind, FindingStatus};
use crate::spec::Area;

/// The headings of one column, from roomy to tight.
type Headings = [&'static str; 3];

const COMPLIANCE: Headings = ["Compli-\nance %", "Compli-\nance %", "Compl.\n%"];

fn headings(area: Area) -> Headings {
    match area {
        Area::Initialize => ["Initialize", "Init-\nialize", "Init"],
        Area::Tools => ["Tools", "Tools", "Tools"],
        Area::Resources => ["Resources", "Re-\nsources", "Res."],
        Area::Prompts => ["Prompts", "Prompts", "Prom."],
        Area::Notifications => ["Notifi-\ncations", "Notifi-\ncations", "Notif"],
        Area::ErrorHandling => ["Error\nhandling", "Error\nhandling", "Error"],
        Area::Transport => ["Transport", "Trans-\nport", "Trans"],
        Area::Schema => ["Schema", "Schema", "Schema"],
        Area::Security => ["Security", "Secu-\nrity", "Sec."],
    }
}

/// Columns between two columns of the table, from roomy to tight.
const GAPS: [u16; 3] = [2, 2, 1];

/// The table and the legend of the marks in it.
pub fn render(report: &Report, look: Look) -> String {
    let mut text = String::new();
    for (index, line) in table(report, look).into_iter().enumerate() {
        let line = line.trim_end();
        text.push_str(&if index < 2 {
            paint(BOLD, line)
        } else {
            coloured(line, look)
        });
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&legend(report, look));
    text
}

fn table(report: &Report, look: Look) -> Vec<String> {
    let room = look.width;
    for size in 0..GAPS.len() - 1 {
        let lines = sized(report, look, size, None);
        if lines.iter().all(|line| width(line) <= room) {
            return lines;
        }
    }
    sized(report, look, GAPS.len() - 1, u16::try_from(room).ok())
}

fn sized(report: &Report, look: Look, size: usize, room: Option<u16>) -> Vec<String> {
    let fill = if look.ascii { '-' } else { '─' };
    let style = TableStyle::new().header_separator(LineStyle::none().fill(fill));
    let mut table = Table::new();
    table.load_style(style);
    if let Some(room) = room {
        table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(room);
    }
    let mut header = vec!["Server".to_owned()];
    header.extend(Area::ALL.map(|area| headings(area)[size].to_owned()));
    header.push(COMPLIANCE[size].to_owned());
    let last = header.len() - 1;
    // Two lines of heading in every size, so that the table always begins alike.
    if !header.iter().any(|heading| heading.contains('\n')) {
        header[last].push('\n');
    }
    table.set_header(header);
    for server in &report.servers {
        table.add_row(row(server, look));
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if index == last { 0 } else { GAPS[size] }));
        if index == last {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.lines().collect()
}

fn row(server: &Server, look: Look) -> Vec<String> {
    let mut row = vec![escape(&server.name)];
    row.extend(server.matrix.0.iter().map(|(_, cell)| shown(*cell, look)));
    row.push(percent(server).unwrap_or_else(|| look.sign(Mark::None).to_owned()));
    row
}

fn shown(cell: Cell, look: Look) -> String {
    let sign = look.sign(cell.mark);
    match cell.broken {
        0 => sign.to_owned(),
        broken => format!("{sign} {broken}"),
    }
}

/// The share at the revision where it is lowest.
fn percent(server: &Server) -> Option<String> {
    let shares = server.compliance.values().filter_map(|share| share.percent);
    shares.min_by(f64::total_cmp).map(percent_text)
}

/// `100%`, `98.4%`.
pub fn percent_text(percent: f64) -> String {
    if percent >= 100.0 {
        return "100%".to_owned();
    }
    format!("{percent:.1}%")
}

/// Signs in their colours. In ASCII the signs are letters, and letters stay plain.
fn coloured(line: &str, look: Look) -> String {
    if look.ascii {
        return line.to_owned();
    }
    let mut out = line.to_owned();
    for mark in [Mark::Full, Mark::Partial, Mark::NonCompliant, Mark::None] {
        let sign = look.sign(mark);
        out = out.replace(sign, &paint(style_of(mark), sign));
    }
    out
}

fn legend(report: &Report, look: Look) -> String {
    let mut findings = report.servers.iter().flat_map(|server| &server.findings);
    let is_grave =
        |it: &Finding| it.kind == FindingKind::Security && it.status == FindingStatus::Failed;
    let broken = match findings.any(is_grave) {
        true => "n broken, a MUST or grave weakness among them",
        false => "n broken, a MUST among them",
    };
    let meanings = [
        (Mark::Full, "all judged hold"),
        (Mark::Partial, "n deviate, no MUST"),
        (Mark::NonCompliant, broken),
        (Mark::None, "nothing judged"),
    ];
    let cells = || {
        let servers = report.servers.iter();
        servers.flat_map(|server| server.matrix.0.iter().map(|(_, cell)| cell))
    };
    let parts: Vec<(String, String)> = meanings
        .into_iter()
        .filter(|(mark, _)| cells().any(|cell| cell.mark == *mark))
        .map(|(mark, meaning)| {
            let plain = format!("{} {meaning}", look.sign(mark));
            let sign = look.painted_sign(mark);
            (plain, format!("{sign} {meaning}"))
        })
        .collect();
    let mut text = lines_of(&parts, look.width);
    if report.servers.iter().any(has_differing_shares) {
        text.push_str("Compliance % is that of the revision where it is lowest.\n");
    }
    text
}

/// Between two meanings of the legend.
const GAP: &str = "   ";

/// Joins the parts, as many on a line as fit.
fn lines_of(parts: &[(String, String)], columns: usize) -> String {
    let mut text = String::new();
    let mut used = 0;
    for (plain, painted) in parts {
        if used > 0 && used + GAP.len() + width(plain) > columns {
            text.push('\n');
            used = 0;
        }
        if used > 0 {
            text.push_str(GAP);
            used += GAP.len();
        }
        used += width(plain);
        text.push_str(painted);
    }
    if used > 0 {
        text.push('\n');
    }
    text
}

fn has_differing_shares(server: &Server) -> bool {
    let mut shares = server
        .compliance
        .values()
        .map(|Compliance { percent, .. }| percent);
    let first = shares.next();
    shares.any(|share| Some(share) != first)
}
