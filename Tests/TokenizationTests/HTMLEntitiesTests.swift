import Testing

@testable import Tokenization

/// Entities against Python's `html.unescape`, whose results were written down.
@Suite struct HTMLEntitiesTests {
  /// The text with its entities replaced.
  private func unescaped(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var position = 0
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "&"), let (scalars, length) = HTMLEntities.characters(bytes[position...]) {
        for scalar in scalars { result += UTF8.encode(scalar).map(Array.init) ?? [] }
        position += length
      } else {
        result.append(bytes[position])
        position += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  @Test(
    arguments: [
      ("&amp;&lt;&gt;&quot;&apos;", "&<>\"'"), ("&ndash;&rarr;&alpha;&check;", "\u{2013}\u{2192}\u{3B1}\u{2713}"),
      ("&CounterClockwiseContourIntegral;", "\u{2233}"), ("&NotEqualTilde;", "\u{2242}\u{338}"),
      // Without a semicolon, the longest old name that fits.
      ("&amp", "&"), ("&lt3", "<3"), ("&notit;", "\u{AC}it;"), ("&notin;", "\u{2209}"), ("&copycat", "\u{A9}cat"),
      ("&frac123;", "\u{BD}3;"), ("AT&T", "AT&T"), ("&rarr x", "&rarr x"), ("&ltimes;", "\u{22C9}"),
      ("&ampamp;", "&amp;"), ("&NBSP;", "&NBSP;"), ("&nosuch;", "&nosuch;"), ("&;& &", "&;& &"),
      // Numbers.
      ("&#39;&#x27;&#X27;&#39", "''''"), ("&#x41g", "Ag"), ("&#8364;", "\u{20AC}"),
      ("&#128;&#146;&#150;&#159;&#x99;", "\u{20AC}\u{2019}\u{2013}\u{178}\u{2122}"), ("&#129;&#x9d;", "\u{81}\u{9D}"),
      ("&#0;&#xD800;&#x110000;&#99999999999999999999;", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"), ("&#13;", "\r"),
      ("&#10;", "\n"), ("a&#1;b&#x7f;c&#xFFFE;d&#xFDD0;e", "abcde"), ("&#;&#x;&#xg;", "&#;&#x;&#xg;"),
    ] as [(String, String)])
  func asPython(text: String, expected: String) {
    #expect(Array(unescaped(text).unicodeScalars) == Array(expected.unicodeScalars), "\(text)")
  }

  /// 2231 in Python's table: 2125 with a semicolon, of which 106 are read without one, too.
  @Test func theWholeList() {
    let entries = HTMLEntities.list.split(separator: " ")
    #expect(entries.count == 2125)
    #expect(entries.filter { $0.contains("!") }.count == 106)
    for entry in entries {
      let name = entry.prefix { $0 != "=" && $0 != "!" }
      #expect(unescaped("&\(name);").unicodeScalars.count <= 2, "\(name)")
    }
  }
}
