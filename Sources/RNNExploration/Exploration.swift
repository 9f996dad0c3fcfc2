import Training

// What follows is both the program and the page: `CellSource` reads cells, their code and their texts from this file.

extension Notebook {
  func explore(seed: UInt64, job: Job) throws {
    // # RNN Exploration
    //
    // fast.ai's lesson 7 teaches recurrent language models on a toy, the *human numbers*: one, two, … nine thousand nine hundred
    // ninety nine. This is its notebook "RNN Exploration", cell by cell, in Swift. All that it takes is `import Training`.
    //
    // ## The texts
    //
    // The notebook downloads two files, a number a line. Here they are built in, 1 to 7999 to train on and 8001 to 9999 to
    // validate on.
    cell()
    let batchSize = 64
    let trainFile = HumanNumbers.text(HumanNumbers.train)
    let validFile = HumanNumbers.text(HumanNumbers.valid)
    for (name, file) in [("train.txt", trainFile), ("valid.txt", validFile)] {
      let lines = file.split(separator: "\n").count
      show("\(name)  \(NumberText.grouped(lines)) lines, \(NumberText.grouped(file.utf8.count)) bytes")
    }

    cell()
    func readNumbers(_ file: String) -> String {
      file.split(separator: "\n").map { String($0.dropLast()) }.joined(separator: ", ")
    }
    let trainText = readNumbers(trainFile)
    show(trainText.prefix(80))

    cell()
    let validText = readNumbers(validFile)
    show(validText.suffix(80))

    // Each text becomes one document of tokens: `xxbos`, then words and commas. The vocabulary is that of the train text, by
    // falling frequency.
    cell()
    let corpora = Corpora.humanNumbers
    show(type(of: corpora))
    show("\(NumberText.grouped(corpora.train.count)) train and \(NumberText.grouped(corpora.valid.count)) valid tokens")

    cell()
    var data = try LanguageModelData(corpora, batchSize: batchSize)
    show(type(of: data))

    cell()
    show(data.textify(corpora.train.tokens(0..<30)).prefix(80))

    // ## The batches
    //
    // A batch is 64 streams wide and `bptt` tokens long; the next batch goes on where this one ends.
    cell()
    show(data.bptt)

    cell()
    show(data.validSteps)

    cell()
    let (x1, y1) = data.valid[0]
    let (x2, y2) = data.valid[1]
    let (x3, y3) = data.valid[2]
    show(x1)

    // The targets are the inputs, one token further.
    cell()
    show(y1)

    cell()
    show("\(x1.shape) \(y1.shape)")
    show("\(x2.shape) \(y2.shape)")
    show("\(x3.shape) \(y3.shape)")
    show("\(x1.count) tokens, \(NumberText.grouped(x1.count + x2.count + x3.count)) in all")

    cell()
    show(data.vocabulary.tokens)

    cell()
    show(data.textify(x3[0]))

    cell()
    show(data.showBatch())

    // Three tokens at a time are enough for the first models.
    cell()
    data = try LanguageModelData(corpora, batchSize: batchSize, bptt: 3)
    let (x, y) = data.oneBatch()
    show("\(x.shape) \(y.shape)")

    cell()
    show("\(data.vocabulary.count) tokens in the vocabulary")
    show(x.column(0))

    // ## model0: three tokens, unrolled
    //
    // An embedding (40 × 64), a hidden layer (64 × 64), BatchNorm, and an output layer (64 × 40). The first token goes through
    // embedding, ReLU and BatchNorm; the second and third are each added to what came before, and go through hidden layer, ReLU
    // and BatchNorm. The output predicts the fourth token: `loss4` is the cross-entropy of that prediction, `acc4` its accuracy.
    //
    // A learner brings data and model together; the lines of its table go onto this page. The LR finder trains with ever larger learning rates until the loss explodes. Unlike the notebook's it leaves no trace.
    cell()
    var learn = try Learner(data, .model0, loss: .loss4, metrics: [.acc4], seed: seed, job: job)
    learn.output = tableRow
    try learn.findLearningRate()
    show(learn.recorder.plot())

    cell()
    try learn.fitOneCycle(6, maxLearningRate: 1e-4)
    show(learn.recorder.plotLosses(), learn.recorder.plotMetrics())
    var results = [FitResult("model0", learn.recorder)]

    // The 1cycle policy warms the learning rate up and cools it down, and moves the momentum the other way.
    cell()
    let schedule = learn.recorder.plotSchedule().plots
    show(schedule[0], schedule[1])

    // ## model1: the same as a loop
    //
    // The hidden state starts from zero, and every token is treated alike.
    cell()
    learn = try Learner(data, .model1, loss: .loss4, metrics: [.acc4], seed: seed, job: job)
    learn.output = tableRow
    try learn.fitOneCycle(6, maxLearningRate: 1e-4)
    show(learn.recorder.plotLosses(), learn.recorder.plotMetrics())
    results.append(FitResult("model1", learn.recorder))

    // ## model2: a prediction after every token
    //
    // BatchNorm moves out of the loop, before the output layer, which is applied after each token. So each of them has a target,
    // and loss and accuracy are taken over all of them.
    cell()
    learn = try Learner(data, .model2, metrics: [.accuracy], seed: seed, job: job)
    learn.output = tableRow
    try learn.findLearningRate()
    show(learn.recorder.plot())

    cell()
    try learn.fitOneCycle(10, maxLearningRate: 1e-5, pctStart: 0.1)
    show(learn.recorder.plotLosses(), learn.recorder.plotMetrics())
    results.append(FitResult("model2", learn.recorder))

    // ## Model3: a state that is kept
    //
    // model2 forgets all at the end of each batch, though the next one goes on in the same text. Model3 keeps the hidden state
    // of every stream and only cuts the gradient there.
    cell()
    learn = try Learner(data, .model3, metrics: [.accuracy], seed: seed, job: job)
    learn.output = tableRow
    try learn.findLearningRate()
    show(learn.recorder.plot())

    // In the notebook, the finder's last, exploding steps stay behind in the hidden state, and the fit that follows is NaN in 11
    // of 12 runs. Here the finder restores it.
    cell()
    try learn.fitOneCycle(10, maxLearningRate: 1e-3)
    show(learn.recorder.plotLosses(), learn.recorder.plotMetrics())
    results.append(FitResult("Model3", learn.recorder))

    // ## Beside the notebook
    //
    // What the four fits end in, beside the mean ± standard deviation of the notebook itself over 12 seeds, under fastai 1.0.61
    // and PyTorch; for Model3 without its LR finder.
    cell()
    show(FitResult.table(results))

    // ## Where the lesson goes on
    //
    // The notebook ends here. Lesson 7 goes on with layers that PyTorch has ready, and reads 20 tokens at a time.
    cell()
    data = try LanguageModelData(corpora, batchSize: batchSize, bptt: 20)
    show("\(data.trainSteps) steps an epoch, \(data.validSteps) to validate")

    // ## Model4: `nn.RNN`
    //
    // Model3's loop as a layer: `h' = tanh(W_ih x + b_ih + W_hh h + b_hh)`. Input and state have a matrix each, and tanh bounds the
    // state, where ReLU lets it grow. BatchNorm takes one mean and variance over all tokens of a step.
    cell()
    learn = try Learner(data, .rnn(layers: 1), metrics: [.accuracy], seed: seed, job: job)
    learn.output = tableRow
    try learn.fitOneCycle(20, maxLearningRate: 3e-3)
    show(learn.recorder.plotLosses(), learn.recorder.plotMetrics())
    results.append(FitResult("Model4", learn.recorder))

    // ## Model5: two layers of `nn.GRU`
    //
    // Gates between 0 and 1 decide how much of each unit's state is replaced and how much is kept, so it can last for many tokens.
    // The second layer reads the first one's output.
    cell()
    learn = try Learner(data, .gru(layers: 2), metrics: [.accuracy], seed: seed, job: job)
    learn.output = tableRow
    try learn.fitOneCycle(10, maxLearningRate: 1e-2)
    show(learn.recorder.plotLosses(), learn.recorder.plotMetrics())
    results.append(FitResult("Model5", learn.recorder))

    // ## All six
    //
    // Model3 gets a third of the tokens right, Model5 four fifths. Model4 and Model5 stand beside fastai's mean ± standard deviation
    // over 12 seeds, too; how long its fits take was not recorded.
    cell()
    show(FitResult.table(results))
  }
}
