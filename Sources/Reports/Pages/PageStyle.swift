/// The look of the pages: light and dark by the reader's preference, one column on a phone, and parts whole on paper.
enum PageStyle {
  /// The rules for what all pages have, for a notebook's cells, and for a run's report.
  static let sheet = """
    :root{--page:#fff;--text:#1c2128;--muted:#57606a;--line:#d8dee4;--code:#f6f8fa;--link:#1f6fd6;
    --k:#a0329b;--s:#1a7431;--n:#9a5b00;--t:#0b6c8f;--m:#6a4bbc;--c:#6a737d}
    @media screen and (prefers-color-scheme:dark){:root{--page:#15181d;--text:#e6e9ee;--muted:#a0a8b3;--line:#2f353d;
    --code:#1d2127;--link:#6aa9ff;--k:#ff8fe4;--s:#7fd18b;--n:#f0b267;--t:#6cc7e0;--m:#c4a7ff;--c:#8b949e}}
    *{box-sizing:border-box}
    html{background:var(--page);color:var(--text);-webkit-text-size-adjust:100%}
    body{margin:0;font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif}
    main{max-width:1120px;margin:0 auto;padding:24px 20px 64px}
    h1{font-size:2em;line-height:1.2;margin:.4em 0 .5em}
    h2{font-size:1.4em;line-height:1.3;margin:2em 0 .4em;padding-top:.6em;border-top:1px solid var(--line)}
    h3{font-size:1.1em;margin:1.6em 0 .3em}
    p{max-width:46em;margin:.6em 0}
    a{color:var(--link)}
    code,pre{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:13.5px;line-height:1.5}
    p code{background:var(--code);border-radius:4px;padding:.1em .3em;font-size:.88em}
    .cell{display:grid;grid-template-columns:64px minmax(0,1fr);column-gap:12px;margin:14px 0}
    .label{color:var(--muted);font-size:12.5px;padding-top:11px;text-align:right}
    .label b{font-weight:600}
    .time{display:block}
    pre{margin:0;overflow-x:auto}
    .code{background:var(--code);border:1px solid var(--line);border-radius:6px;padding:10px 14px}
    .out{grid-column:2;padding:10px 2px 0 15px}
    .out>*+*{margin-top:10px}
    .out pre{white-space:pre-wrap;overflow-wrap:anywhere}
    .wide{overflow-x:auto}
    table{border-collapse:collapse;font-size:14px;line-height:1.45}
    th{font-weight:600;border-bottom:1px solid var(--muted)}
    td{border-bottom:1px solid var(--line)}
    th,td{padding:4px 12px;text-align:right;vertical-align:top;white-space:nowrap;font-variant-numeric:tabular-nums}
    th:first-child,td:first-child{padding-left:2px;text-align:left}
    .texts th,.texts td{text-align:left;white-space:normal}
    .plots{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:12px}
    .whole{grid-template-columns:minmax(0,1fr)}
    .plots svg{display:block;width:100%;height:auto;border:1px solid var(--line);border-radius:6px}
    .pictures{overflow-x:auto}
    .pictures svg{display:block;width:100%;height:auto;min-width:560px;margin-bottom:12px;border:1px solid var(--line);border-radius:6px}
    .at-narrow{display:none}
    .facts{display:flex;flex-wrap:wrap;gap:10px;margin:18px 0;padding:0}
    .facts div{flex:1 1 120px;border:1px solid var(--line);border-radius:6px;padding:8px 12px}
    .facts dt{color:var(--muted);font-size:12.5px}
    .facts dd{margin:0;font-size:1.25em;font-weight:600;font-variant-numeric:tabular-nums}
    .options{columns:2;column-gap:40px}
    .options div{display:flex;justify-content:space-between;gap:16px;break-inside:avoid;border-bottom:1px solid var(--line);padding:3px 2px}
    .options dt{color:var(--muted)}
    .options dd{margin:0;text-align:right;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
    .shares{width:100%;max-width:760px}
    .shares td:nth-child(2){width:60%;padding:4px 12px}
    .shares svg{display:block;width:100%;height:14px}
    .key{display:inline-block;margin-right:1.2em;white-space:nowrap}
    .key svg{width:.8em;height:.8em;margin-right:.4em}
    .s0{fill:#1f6fd6}.s1{fill:#d9541a}.s2{fill:#8c959f}
    blockquote{margin:.6em 0;padding:2px 14px;border-left:3px solid var(--line);max-width:46em}
    .muted{color:var(--muted);overflow-wrap:anywhere}
    .k{color:var(--k)}.s{color:var(--s)}.n{color:var(--n)}.t{color:var(--t)}.m{color:var(--m)}.c{color:var(--c)}
    @media print,(max-width:760px){
    .cell{display:block}
    .label{text-align:left;padding:0 0 3px}
    .time{display:inline;margin-left:1em}
    .out{padding:8px 0 0}
    }
    @media screen and (max-width:760px){
    body{font-size:15.5px}
    main{padding:12px 14px 40px}
    .plots{grid-template-columns:minmax(0,1fr)}
    .at-wide{display:none}
    .at-narrow{display:block}
    .options{columns:1}
    .shares{font-size:13px}
    .shares td:nth-child(2){width:45%;padding:4px 2px}
    .shares th,.shares td{padding:4px 5px}
    .epochs :is(th,td):is(:nth-child(4),:nth-child(7)){display:none}
    .epochs{font-size:13px}
    .epochs :is(th,td){padding:4px}
    code,pre{font-size:12.5px}
    }
    @media print{
    main{max-width:none;padding:0}
    body{font-size:10.5pt}
    code,pre{font-size:8.5pt}
    pre{white-space:pre-wrap}
    .wide{overflow:visible}
    table{font-size:8.5pt}
    .numbers{break-inside:avoid}
    th,td{padding:2px 7px}
    .cell{margin:8px 0}
    .label,.code{break-after:avoid}
    .code,.out pre,.plots,tr{break-inside:avoid}
    .facts,.shares,blockquote{break-inside:avoid}
    .text,h1,h2,h3{break-inside:avoid;break-after:avoid}
    }
    """
}
