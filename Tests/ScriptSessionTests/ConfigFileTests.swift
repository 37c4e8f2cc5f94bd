import ScriptSession
import Testing

@Suite struct ConfigFileTests {
    private func talk() -> Talk {
        let talk = Talk()
        talk.session.options.add([
            .init("images", .choice(["auto", "off"]), standard: "auto", "Pictures."),
            .init("size", .number(1...9), standard: "3", "A size."),
            .init("fancy", .choice(["on", "off"]), standard: "off", "A switch."),
        ])
        return talk
    }

    @Test func optionsAreSet() throws {
        let folder = try Folder()
        let talk = talk()
        let path = try folder.write("config.cdm", "# my choices\nimages = \"off\"\nsize = 7\nfancy = True\n")
        #expect(talk.session.readConfig(at: path) == "")
        #expect(
            talk.session.options["images"] == "off" && talk.session.options.number("size") == 7
                && talk.session.options.isOn("fancy"))
        #expect(talk.reply("%config size").contains("size = 7  (config file;"))
        #expect(talk.session.readConfig(at: path + ".missing") == "")
    }

    @Test func mistakesAreShownWhereTheyAre() throws {
        let folder = try Folder()
        let talk = talk()
        let path = try folder.write("config.cdm", "imagse = \"off\"\nsize = 70\nprint(1)\nfancy = 1 + 1\nimages = \"off\"\n")
        let text = talk.session.readConfig(at: path)
        #expect(text.contains("config.cdm:1:1") && text.contains("Did you mean 'images'?"))
        #expect(text.contains("config.cdm:2:1") && text.contains("Give a number from 1 to 9."))
        #expect(text.contains("config.cdm:3:1") && text.contains("config.cdm:4:1"))
        // What is right counts all the same, and nothing was run.
        #expect(talk.session.options["images"] == "off" && talk.output == "")
    }
}
