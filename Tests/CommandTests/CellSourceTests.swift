import Testing

@testable import RNNExploration

@Suite struct CellSourceTests {
  @Test func cellsAreReadFromTheSource() throws {
    let source = CellSource(
      """
      extension Notebook {
        func explore() {
          // # Title
          //
          // Some *text*.
          cell()
          let x = [1].map {
            // A comment of the code.
            $0
          }

          cell()
          show(x)
        }

        func other() {}
      }
      """)
    #expect(source.cells.keys.sorted() == [6, 12])
    let first = try #require(source.cells[6])
    #expect(first.text == "# Title\n\nSome *text*.")
    #expect(first.code == "let x = [1].map {\n  // A comment of the code.\n  $0\n}")
    let second = try #require(source.cells[12])
    #expect(second.text.isEmpty)
    #expect(second.code == "show(x)")
  }

  @Test func markdown() {
    let text = "## A *b*\n\nOne\ntwo `c<d *e*`, *f*.\n\n[g](https://h.example)"
    #expect(
      Markdown.html(text) == "<h2>A <em>b</em></h2>\n<p>One two <code>c&lt;d *e*</code>, <em>f</em>.</p>\n"
        + "<p><a href=\"https://h.example\">g</a></p>\n")
    #expect(Markdown.plain("# A\n\nOne\ntwo") == "A\n=\n\nOne two")
  }

  @Test func codeIsColouredAndEscaped() {
    #expect(
      SwiftCode.html("let a = \"b \\(c(\"d\")) e\" // f < g")
        == "<span class=\"k\">let</span> a = <span class=\"s\">&quot;b \\(c(&quot;d&quot;)) e&quot;</span> "
        + "<span class=\"c\">// f &lt; g</span>")
    #expect(
      SwiftCode.html("X.y(0..<3, 1e-4)\n")
        == "<span class=\"t\">X</span><span class=\"m\">.y</span>(<span class=\"n\">0</span>..&lt;<span class=\"n\">3</span>, "
        + "<span class=\"n\">1e-4</span>)\n")
  }
}
