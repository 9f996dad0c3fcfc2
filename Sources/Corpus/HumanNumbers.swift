/// fast.ai's *human numbers*: the numbers 1…9999 spelled out, one a line; 8000 belongs to neither split.
public enum HumanNumbers {
  /// The numbers of the train split.
  public static let train = 1...7999
  /// The numbers of the valid split.
  public static let valid = 8001...9999

  /// The words of a number from 1 to 9999.
  public static func words(_ number: Int) -> [String] {
    var result: [String] = []
    forEachWord(of: number) { result.append(spellings[$0]) }
    return result
  }

  /// The file of a split: one number a line, each with a trailing space.
  public static func text(_ numbers: ClosedRange<Int>) -> String {
    let spellings = spellings.map { $0 + " " }
    var text = ""
    for number in numbers {
      forEachWord(of: number) { text += spellings[$0] }
      text += "\n"
    }
    return text
  }

  /// Words by index: those of 0…19, then the tens from twenty on, then the two powers.
  static let spellings = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand",
  ]
  private static let firstTen = 18
  private static let hundred = 28
  private static let thousand = 29

  /// Calls `body` with the index in `spellings` of each word of a number from 1 to 9999.
  @inline(__always)
  static func forEachWord(of number: Int, _ body: (Int) -> Void) {
    precondition((1...9999).contains(number), "human numbers are 1…9999")
    var rest = number
    if rest >= 1000 {
      body(rest / 1000)
      body(thousand)
      rest %= 1000
    }
    if rest >= 100 {
      body(rest / 100)
      body(hundred)
      rest %= 100
    }
    if rest >= 20 {
      body(firstTen + rest / 10)
      rest %= 10
    }
    if rest > 0 { body(rest) }
  }
}
