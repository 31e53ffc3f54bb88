// What Rust's library does with the one process, printed; the same on every kernel.
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{self, BufRead, Read, Seek, SeekFrom, Write};
use std::panic;
use std::path::Path;
use std::time::{Duration, Instant};

fn count() -> io::Result<()> {
    let mut words: HashMap<String, usize> = HashMap::new();
    for line in io::stdin().lock().lines() {
        for word in line?.split_whitespace() {
            *words.entry(word.to_string()).or_default() += 1;
        }
    }
    let sorted: BTreeMap<_, _> = words.into_iter().collect();
    println!("{sorted:?}");
    Ok(())
}

fn files() -> io::Result<()> {
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for line in fs::read_to_string("files/data")?.lines() {
        let (name, value) = line.split_once(' ').expect("two words");
        *sums.entry(name.into()).or_default() += value.parse::<i64>().expect("a number");
    }
    println!("{sums:?}");
    fs::create_dir_all("made/deep")?;
    let mut file = fs::OpenOptions::new().create(true).read(true).write(true).truncate(true).open("made/deep/file")?;
    file.write_all(&vec![7u8; 100_000])?;
    file.seek(SeekFrom::Start(99_990))?;
    let mut rest = Vec::new();
    file.read_to_end(&mut rest)?;
    println!("{} {}", rest.len(), file.metadata()?.len());
    fs::rename("made/deep/file", "made/moved")?;
    let mut names: Vec<_> = fs::read_dir("made")?.map(|entry| entry.map(|e| e.file_name())).collect::<Result<_, _>>()?;
    names.sort();
    println!("{names:?} {}", Path::new("made/deep/file").exists());
    println!("{:?}", fs::read("made/none").map_err(|error| error.kind()));
    println!("{:?}", fs::remove_dir("made").map_err(|error| error.raw_os_error()));
    fs::remove_dir_all("made")?;
    println!("{}", Path::new("made").exists());
    Ok(())
}

fn float() {
    let mut sum = 0.0f64;
    for i in 1..10_000 {
        sum += (i as f64).sqrt().sin() / i as f64;
    }
    println!("{sum:.12} {:e} {:?} {}", 1.0 / 3.0, f64::NAN, u128::MAX);
    let start = Instant::now();
    std::thread::sleep(Duration::from_millis(2));
    println!("{}", start.elapsed() >= Duration::from_millis(2));
}

fn main() -> io::Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("count") => count()?,
        Some("files") => files()?,
        Some("float") => float(),
        Some("panic") => {
            // Without the number of the thread, which is the process's.
            panic::set_hook(Box::new(|info| eprintln!("{info}")));
            panic!("on purpose");
        }
        Some("caught") => {
            panic::set_hook(Box::new(|_| ()));
            println!("{}", panic::catch_unwind(|| vec![1, 2, 3][std::env::args().count() + 5]).is_err());
        }
        Some("exit") => {
            println!("out");
            eprintln!("err");
            std::process::exit(9);
        }
        Some("limits") => {
            println!("{:?}", Vec::<u8>::new().try_reserve(1 << 46).is_err());
            println!("{}", vec![1u64; 1 << 20].iter().sum::<u64>());
        }
        _ => eprintln!("what shall I do?"),
    }
    Ok(())
}
