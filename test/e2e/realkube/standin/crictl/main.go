// Stands in for crictl, which Debian does not have: what kubeadm calls, and what people and labs use most. Its tables are not crictl's
// to the letter, and what it does not know it refuses; its own messages start with "crictl-standin:".
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"text/tabwriter"
	"time"

	"google.golang.org/grpc"
	pb "k8s.io/cri-api/pkg/apis/runtime/v1alpha2"
)

type call struct {
	command string
	names   []string
	quiet   bool
	all     bool
	state   string
	name    *regexp.Regexp
}

type clients struct {
	context.Context
	runtime pb.RuntimeServiceClient
	images  pb.ImageServiceClient
}

var commands = map[string]func(clients, call) error{
	"info": info, "pods": pods, "ps": containers, "images": images, "inspect": inspect, "inspecti": inspectImage,
	"pull": pull, "stopp": stopPods, "rmp": removePods, "logs": logs,
}

func main() {
	c, socket, err := parse(os.Args[1:])
	run, known := commands[c.command]
	if err == nil && !known {
		err = fmt.Errorf("not among what the stand-in does: %q", os.Args[1:])
	}
	if err == nil {
		err = connect(socket, func(cs clients) error { return run(cs, c) })
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "crictl-standin:", err)
		os.Exit(1)
	}
}

func parse(arguments []string) (call, string, error) {
	c, socket := call{name: regexp.MustCompile("")}, "unix:///run/containerd/containerd.sock"
	for i := 0; i < len(arguments); i++ {
		word := arguments[i]
		if strings.HasPrefix(word, "-") && word != "-q" && word != "--quiet" && word != "-a" && word != "--all" {
			if i++; i == len(arguments) {
				return c, socket, fmt.Errorf("%s wants a value", word)
			}
		}
		switch word {
		case "-r", "--runtime-endpoint":
			socket = arguments[i]
		case "-q", "--quiet":
			c.quiet = true
		case "-a", "--all":
			c.all = true
		case "--state", "-s":
			c.state = strings.ToLower(arguments[i])
		case "--name":
			pattern, err := regexp.Compile(arguments[i])
			if err != nil {
				return c, socket, err
			}
			c.name = pattern
		default:
			if strings.HasPrefix(word, "-") {
				return c, socket, fmt.Errorf("option %s is not among what the stand-in does", word)
			} else if c.command == "" {
				c.command = word
			} else {
				c.names = append(c.names, word)
			}
		}
	}
	return c, socket, nil
}

func connect(socket string, work func(clients) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	connection, err := grpc.DialContext(ctx, socket, grpc.WithInsecure(), grpc.WithBlock(), grpc.FailOnNonTempDialError(true))
	if err != nil {
		return fmt.Errorf("connect %s: %v", socket, err)
	}
	return work(clients{ctx, pb.NewRuntimeServiceClient(connection), pb.NewImageServiceClient(connection)})
}

func info(cs clients, _ call) error {
	answer, err := cs.runtime.Status(cs, &pb.StatusRequest{Verbose: true})
	if err != nil {
		return err
	}
	for _, c := range answer.Status.Conditions {
		fmt.Printf("%s=%v reason=%q message=%q\n", c.Type, c.Status, c.Reason, c.Message)
	}
	return nil
}

func pods(cs clients, c call) error {
	answer, err := cs.runtime.ListPodSandbox(cs, &pb.ListPodSandboxRequest{})
	if err != nil {
		return err
	}
	rows := [][]string{{"POD ID", "STATE", "NAME", "NAMESPACE", "ATTEMPT"}}
	for _, p := range answer.Items {
		state := strings.ToLower(strings.TrimPrefix(p.State.String(), "SANDBOX_"))
		if c.name.MatchString(p.Metadata.Name) && (c.state == "" || c.state == state) {
			rows = append(rows, []string{p.Id, state, p.Metadata.Name, p.Metadata.Namespace, fmt.Sprint(p.Metadata.Attempt)})
		}
	}
	return show(c, rows)
}

func containers(cs clients, c call) error {
	answer, err := cs.runtime.ListContainers(cs, &pb.ListContainersRequest{})
	if err != nil {
		return err
	}
	if c.state == "" && !c.all {
		c.state = "running"
	}
	rows := [][]string{{"CONTAINER", "STATE", "NAME", "ATTEMPT", "POD ID", "IMAGE"}}
	for _, k := range answer.Containers {
		state := strings.ToLower(strings.TrimPrefix(k.State.String(), "CONTAINER_"))
		if c.name.MatchString(k.Metadata.Name) && (c.state == "" || c.state == state) {
			rows = append(rows, []string{k.Id, state, k.Metadata.Name, fmt.Sprint(k.Metadata.Attempt), short(k.PodSandboxId), k.Image.Image})
		}
	}
	return show(c, rows)
}

func images(cs clients, c call) error {
	answer, err := cs.images.ListImages(cs, &pb.ListImagesRequest{})
	if err != nil {
		return err
	}
	rows := [][]string{{"IMAGE ID", "SIZE", "TAGS"}}
	for _, i := range answer.Images {
		rows = append(rows, []string{i.Id, fmt.Sprint(i.Size_), strings.Join(i.RepoTags, " ")})
	}
	return show(c, rows)
}

// Whole identifiers for -q, short ones in a table.
func show(c call, rows [][]string) error {
	if c.quiet {
		for _, row := range rows[1:] {
			fmt.Println(row[0])
		}
		return nil
	}
	out := tabwriter.NewWriter(os.Stdout, 20, 1, 3, ' ', 0)
	for i, row := range rows {
		if i > 0 {
			row[0] = short(row[0])
		}
		fmt.Fprintln(out, strings.Join(row, "\t"))
	}
	return out.Flush()
}

func short(id string) string {
	id = strings.TrimPrefix(id, "sha256:")
	if len(id) > 13 {
		return id[:13]
	}
	return id
}

// The whole identifier for the beginning of one.
func find(cs clients, beginning string) (string, error) {
	answer, err := cs.runtime.ListContainers(cs, &pb.ListContainersRequest{Filter: &pb.ContainerFilter{Id: beginning}})
	if err != nil {
		return "", err
	}
	if len(answer.Containers) != 1 {
		return "", fmt.Errorf("container %q: %d found", beginning, len(answer.Containers))
	}
	return answer.Containers[0].Id, nil
}

func inspect(cs clients, c call) error {
	for _, name := range c.names {
		id, err := find(cs, name)
		if err != nil {
			return err
		}
		answer, err := cs.runtime.ContainerStatus(cs, &pb.ContainerStatusRequest{ContainerId: id, Verbose: true})
		if err != nil {
			return err
		}
		text, err := json.MarshalIndent(map[string]interface{}{"status": answer.Status, "info": json.RawMessage(answer.Info["info"])}, "", "  ")
		if err != nil {
			return err
		}
		fmt.Println(string(text))
	}
	return nil
}

func logs(cs clients, c call) error {
	for _, name := range c.names {
		id, err := find(cs, name)
		if err != nil {
			return err
		}
		answer, err := cs.runtime.ContainerStatus(cs, &pb.ContainerStatusRequest{ContainerId: id})
		if err != nil {
			return err
		}
		text, err := os.ReadFile(answer.Status.LogPath)
		if err != nil {
			return err
		}
		for _, line := range strings.SplitAfter(string(text), "\n") {
			// "2021-01-13T00:00:00.000000000Z stdout F text"
			if fields := strings.SplitN(line, " ", 4); len(fields) == 4 {
				fmt.Print(fields[3])
			}
		}
	}
	return nil
}

func inspectImage(cs clients, c call) error {
	for _, name := range c.names {
		answer, err := cs.images.ImageStatus(cs, &pb.ImageStatusRequest{Image: &pb.ImageSpec{Image: name}})
		if err != nil {
			return err
		}
		if answer.Image == nil {
			return fmt.Errorf("no such image %q present", name)
		}
		fmt.Println(answer.Image.Id)
	}
	return nil
}

func pull(cs clients, c call) error {
	for _, name := range c.names {
		answer, err := cs.images.PullImage(cs, &pb.PullImageRequest{Image: &pb.ImageSpec{Image: name}})
		if err != nil {
			return err
		}
		fmt.Println(answer.ImageRef)
	}
	return nil
}

func stopPods(cs clients, c call) error {
	for _, id := range c.names {
		if _, err := cs.runtime.StopPodSandbox(cs, &pb.StopPodSandboxRequest{PodSandboxId: id}); err != nil {
			return err
		}
		fmt.Println("Stopped sandbox " + id)
	}
	return nil
}

func removePods(cs clients, c call) error {
	for _, id := range c.names {
		if _, err := cs.runtime.RemovePodSandbox(cs, &pb.RemovePodSandboxRequest{PodSandboxId: id}); err != nil {
			return err
		}
		fmt.Println("Removed sandbox " + id)
	}
	return nil
}
