using System.CommandLine;
using Weft.Cli.Input;
using Weft.Cli.Samples;

namespace Weft.Cli.Commands;

/// <summary>weft sample FOLDER, for developers: writes what lies in samples/.</summary>
internal static class SampleCommand
{
    public static Command Create(CommandContext context)
    {
        var folder = new Argument<string>("FOLDER") { Description = "Where to write the files" };
        var command = new Command("sample", "Writes the sample blocks anew.") { folder };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            string target = parsed.GetValue(folder)!;
            foreach (var (name, bytes) in SampleWriter.Write(SampleBlocks.Build()))
            {
                string path = Path.Combine(target, name);
                try
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                    File.WriteAllBytes(path, bytes);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    throw new InputException(target, "", e.Message, "name a folder that can be written");
                }
                context.Output.WriteLine(path);
            }
            return (int)ExitCode.Success;
        });
        return command;
    }
}
