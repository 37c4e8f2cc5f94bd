import Foundation
import ScriptRuntime
import ScriptSession
import Testing

@Suite struct PauseTests {
    /// The weights of a run that nobody stopped.
    private func straight(_ steps: Int) throws -> Data {
        let scratch = try Scratch()
        let conversation = try Conversation()
        #expect(
            conversation.answer(
                workshop(scratch) + "print(train.train_and_evaluate(estimator('a'), spec(\(steps)), checks).status)")
                == "finished\n")
        return try scratch.bytes("a/model.ckpt-\(steps)/weights.safetensors")
    }

    @Test func interruptedTrainingGoesOnWithTheSameBits() throws {
        let scratch = try Scratch()
        let conversation = try Conversation()
        #expect(conversation.answer(workshop(scratch) + "print(train.current)") == "None\n")
        conversation.interruptedStep = 5
        #expect(conversation.say("result = train.train_and_evaluate(estimator('a'), spec(10), checks)") == 130)
        #expect(conversation.paused == [5, 10])
        conversation.interruptedStep = nil
        // Everything is there to be looked at, and looking changes nothing.
        #expect(
            conversation.answer(
                """
                run = train.current
                print(run.step, run.max_steps, run.status, run.epoch, len(run.losses), run.losses[-1] == run.loss, run.learning_rate)
                print(run.evaluate().step, [record["step"] for record in run.history], run.estimator.step, run.params.momentum)
                """) == "5 10 interrupted 1 5 True 0.001\n5 [4] 5 0.9\n")
        #expect(try scratch.names("a").contains("model.ckpt-5"))
        #expect(
            conversation.answer("result = train.resume()\nprint(result.step, result.status, len(train.current.losses))")
                == "10 finished 10\n")
        #expect(conversation.paused == nil)
        #expect(try scratch.bytes("a/model.ckpt-10/weights.safetensors") == straight(10))
        #expect(conversation.answer("train.resume()").contains("the run is finished: step 10 of 10"))
        #expect(conversation.answer("print(train.resume(max_steps=12).step)") == "12\n")
    }

    /// The interrupt reaches script code within a step, between two statements of a callback.
    @Test func interruptWithinACallbackKeepsTheStep() throws {
        let scratch = try Scratch()
        let conversation = try Conversation()
        conversation.interruptedStep = 6
        let code = conversation.say(
            workshop(scratch) + """
                busy = True
                def work(run):
                    while busy and run.step == 6:
                        pass

                train.train_and_evaluate(estimator('a', [work]), spec(9), checks)
                """)
        #expect(code == 130)
        #expect(conversation.paused == [6, 9])
        conversation.interruptedStep = nil
        #expect(conversation.answer("busy = False\nprint(train.resume().step)") == "9\n")
        #expect(try scratch.bytes("a/model.ckpt-9/weights.safetensors") == straight(9))
    }

    /// Pressed while a layer of a script's model computes: the step is given up, and made again with the same bits.
    @Test func interruptWithinAModelOfTheScriptKeepsTheStep() throws {
        func run(_ pressedAt: String) throws -> (Data, [Int?]?) {
            let scratch = try Scratch()
            let conversation = try Conversation()
            let interrupt = conversation.session.interrupt
            conversation.session.interpreter.registerBuiltin(
                "press",
                conversation.session.interpreter.value(
                    of: Native("press(value)") { call in
                        interrupt.cancel()
                        return call[0]
                    }))
            let code = conversation.say(
                workshop(scratch) + """
                    from carpedm import nn
                    passes = 0
                    class Net(dm.models.Model):
                        def forward_pass(self, features, data_format, axes_order, is_training):
                            global passes
                            passes += 1
                            x = nn.flatten(features["image/data"])
                            return nn.dense(press(x) if passes in \(pressedAt) else x, task.num_classes, name="logits")

                    model = Net()
                    train.train_and_evaluate(estimator('a'), spec(6), checks)
                    """)
            guard pressedAt != "()" else { return (try scratch.bytes("a/model.ckpt-6/weights.safetensors"), nil) }
            #expect(code == 130)
            let paused = conversation.paused
            interrupt.clear()
            #expect(conversation.answer("print(train.resume().step)") == "6\n")
            return (try scratch.bytes("a/model.ckpt-6/weights.safetensors"), paused)
        }
        let (straight, _) = try run("()")
        let (resumed, paused) = try run("(4,)")
        // The first pass makes the variables.
        #expect(paused == [2, 6])
        #expect(resumed == straight)
    }

    @Test func learningRateCanBeChangedInAPause() throws {
        let scratch = try Scratch()
        let conversation = try Conversation()
        conversation.interruptedStep = 2
        conversation.say(workshop(scratch) + "train.train_and_evaluate(estimator('a'), spec(4), checks)")
        conversation.interruptedStep = nil
        #expect(
            conversation.answer("train.current.learning_rate = 0.25\nprint(params.learning_rate, train.current.learning_rate)")
                == "0.25 0.25\n")
        #expect(
            conversation.answer("train.current.learning_rate = -1").contains("learning_rate must be a number above 0, not -1"))
        #expect(conversation.answer("print(train.resume().step, train.current.learning_rate)") == "4 0.25\n")
        #expect(conversation.lines.contains { $0.contains("learning_rate was 0.001, is 0.25") })
    }

    @Test func withoutARunThereIsNothingToResume() throws {
        let conversation = try Conversation()
        #expect(conversation.answer("from carpedm import train\ntrain.resume()").contains("there is no run to resume"))
    }
}
